// The file of a log's signing key: an Ed25519 key as unencrypted PKCS#8 PEM, readable by its owner only.
// Stateless; any thread.
using System.Security.Cryptography;
using LedgerStore.Engine.Files;
using LedgerStore.Proofs;

namespace LedgerStore.Engine;

/// <summary>Reads and makes key files.</summary>
public static class LogKeyFile
{
    // A key file has 119 bytes. What is much larger is some other file given by mistake.
    private const int BytesMax = 4096;

    /// <summary>Reads a key. Dispose it after the store.</summary>
    /// <exception cref="StoreException">KeyMismatch: missing, readable by others, or not an Ed25519 key.</exception>
    public static SigningKey Load(string path)
    {
        byte[] text = [];
        try
        {
            text = PrivateFile.Read(path, BytesMax, out bool isPrivate);
            if (!isPrivate)
            {
                throw new StoreException(
                    StoreReason.KeyMismatch,
                    $"the signing key '{path}' can be read or changed by others than its owner; run chmod 600 on it, "
                    + "and consider whether somebody has copied it");
            }

            return SigningKey.FromPem(text);
        }
        catch (MalformedDataException wrong)
        {
            throw new StoreException(
                StoreReason.KeyMismatch, $"'{path}' is not a signing key: {wrong.Message}", wrong);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(
                StoreReason.KeyMismatch, $"the signing key '{path}' cannot be read: {failed.Message}", failed);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
    }

    /// <summary>Makes a new key and writes it to a new file, mode 0600. A file that exists is never replaced.</summary>
    /// <exception cref="StoreException">InvalidArgument: the file exists or cannot be written.</exception>
    public static SigningKey Create(string path)
    {
        SigningKey key = SigningKey.Generate();
        byte[] text = key.ExportPem();
        try
        {
            PrivateFile.Create(path, text);
            return key;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            key.Dispose();
            throw new StoreException(
                StoreReason.InvalidArgument, $"the signing key '{path}' cannot be written: {failed.Message}", failed);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
    }

    /// <summary>What those who verify a ledger need: the vkey of its log.</summary>
    /// <param name="origin">The ledger's origin: public name, slash, name.</param>
    /// <param name="key">The store's key.</param>
    public static string VerifierKeyOf(string origin, SigningKey key) =>
        VerifierKeyOf(origin, key, KeyScheme.Derived);

    /// <summary>The same, of a store whose key is of another scheme: one that began with one key for all ledgers, and
    /// was not rotated since.</summary>
    public static string VerifierKeyOf(string origin, SigningKey key, KeyScheme scheme) =>
        LedgerKeyDerivation.VerifierKeyOf(key, KeyName.Parse(origin), scheme).ToString();
}
