// What goes wrong when keys and certificates are made or read because of what is on disk or was asked for. The text
// says what to do next.
namespace LedgerStore.Pki;

/// <summary>A certificate or key cannot be made, read or written as asked.</summary>
public sealed class PkiException : Exception
{
    public PkiException()
    {
    }

    public PkiException(string message)
        : base(message)
    {
    }

    public PkiException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
