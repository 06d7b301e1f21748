// What a development server says when it is ready: where it is, and commands that work as they are; and the profile
// with which they do. Pure.
using System.Text;
using LedgerStore.Pki;

namespace LedgerStore.Server.Hosting;

/// <summary>The first lines of a development server.</summary>
internal static class DevReady
{
    /// <param name="vkey">Of the ledger demo: told here, by whoever has the signing key, and not over the wire.</param>
    public static string Text(Uri address, DevLayout layout, PkiDirectory pki, string vkey) => $"""
        ready {AddressOf(address)}

          data      {layout.Data}
          keys      {layout.Keys}   (development only, until {pki.Authority.NotAfter:yyyy-MM-dd})
          policy    {layout.Policy}

        Next, in another terminal:

          export LEDGER_CONFIG={Quoted(layout.Profile)}
          ledger trust add {vkey}
          ledger append demo 'bob approved invoice 7'
          ledger read demo
          ledger verify demo
          ledger console

        Where `ledger` is not installed: dotnet run --project client/LedgerStore.Cli -- --help
        Ctrl+C stops this server; everything is kept, and the next start uses it again.

        """;

    /// <summary>A profile for the command `ledger`: each of the four clients for what it may do.</summary>
    public static string Profile(Uri address) => $"""
        # Made by `dev`, at each start. Use it with LEDGER_CONFIG or --config.
        default: dev
        profiles:
          dev:
            server: {AddressOf(address)}
            public_name: localhost
            ca: pki/ca.pem
            clients: pki/clients
            append: appender
            read: reader
            verify: reader
            administer: administrator

        """;

    private static string AddressOf(Uri address) => $"{address.Scheme}://{address.Authority}";

    // For a shell: a path may have a space.
    private static string Quoted(string path)
    {
        StringBuilder text = new("'");
        text.Append(path.Replace("'", "'\\''", StringComparison.Ordinal)).Append('\'');
        return path.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '_' or '-') ? path : text.ToString();
    }
}
