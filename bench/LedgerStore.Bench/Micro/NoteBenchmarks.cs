// What a checkpoint costs: signing it, reading it, verifying it, and the bare signature beneath.
// Run: dotnet run -c Release --project bench/LedgerStore.Bench -- --filter '*NoteBenchmarks*'
using BenchmarkDotNet.Attributes;
using LedgerStore.Proofs;

namespace LedgerStore.Bench.Micro;

[MemoryDiagnoser]
public class NoteBenchmarks
{
    private const string Origin = "ledger.example.org/payments.eu";
    private const ulong Size = 1_234_567_890;

    private readonly SigningKey _logKey = SigningKey.Generate();
    private readonly SigningKey _witnessKey = SigningKey.Generate();
    private readonly byte[] _signature = new byte[Ed25519.SignatureLength];
    private NoteSigner _signer = null!;
    private LogKeySet _log = null!;
    private VerifierKey _verifier = null!;
    private VerifierKeys _witnesses = null!;
    private byte[] _text = null!;
    private byte[] _note = null!;
    private byte[] _cosigned = null!;

    [GlobalSetup]
    public void Setup()
    {
        _signer = new NoteSigner(KeyName.Parse(Origin), _logKey);
        NoteCosigner witness = new(KeyName.Parse("witness.example.net"), _witnessKey);
        _verifier = _signer.ToVerifierKey();
        _log = LogKeySet.Trust(Origin, _verifier);
        _witnesses = new VerifierKeys(witness.ToVerifierKey());
        SignedNote note = Checkpoint.Sign(Origin, Size, MerkleHash.EmptyRoot, _signer);
        _text = note.Text.ToArray();
        _note = note.Bytes.ToArray();
        _cosigned = note.WithCosignature(witness, 1_700_000_000).Bytes.ToArray();
        _logKey.Sign(_text, _signature);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _logKey.Dispose();
        _witnessKey.Dispose();
    }

    [Benchmark]
    public void SignBytes() => _logKey.Sign(_text, _signature);

    [Benchmark]
    public bool VerifyBytes() => _verifier.Verify(_text, _signature);

    [Benchmark]
    public SignedNote SignCheckpoint() => Checkpoint.Sign(Origin, Size, MerkleHash.EmptyRoot, _signer);

    [Benchmark]
    public SignedNote ParseNote() => SignedNote.Parse(_note);

    [Benchmark]
    public VerifiedCheckpoint OpenCheckpoint() => _log.Open(_note, VerifierKeys.None);

    [Benchmark]
    public VerifiedCheckpoint OpenCosignedCheckpoint() => _log.Open(_cosigned, _witnesses);
}
