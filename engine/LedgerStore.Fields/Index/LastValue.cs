// The value that a field had last: appender, content type and outcome are mostly what they were in the entry before,
// and their term in a bundle is needed once. Owned by one builder.

namespace LedgerStore.Fields;

/// <summary>Remembers one short value and its bundle.</summary>
internal sealed class LastValue
{
    private const int BytesMax = 64;
    private const int None = -1;

    private readonly byte[] _text = new byte[BytesMax];
    private int _length = None;
    private int _bundle;

    /// <summary>Whether it is the value of the same bundle again; remembers it if not.</summary>
    public bool IsSame(int bundle, ReadOnlySpan<byte> text)
    {
        if (bundle == _bundle && _length == text.Length && text.SequenceEqual(_text.AsSpan(0, _length)))
        {
            return true;
        }

        _length = text.Length <= BytesMax ? text.Length : None;
        _bundle = bundle;
        if (_length != None)
        {
            text.CopyTo(_text);
        }

        return false;
    }

    /// <summary>Begins a new segment.</summary>
    public void Forget() => _length = None;
}
