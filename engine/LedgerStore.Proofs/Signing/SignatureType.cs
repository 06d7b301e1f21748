// The signature types of C2SP signed-note that this library makes and verifies.
// A constant, any thread.
namespace LedgerStore.Proofs;

/// <summary>How a key signs a note. The number is part of the key's ID and of its vkey.</summary>
public enum SignatureType : byte
{
    /// <summary>Ed25519 over the text of the note: what a log signs with.</summary>
    Ed25519 = 0x01,

    /// <summary>Ed25519 over the time and the text (cosignature/v1): what a witness signs with.</summary>
    CosignatureV1 = 0x04,
}
