// What a development server says when it is ready: where it is, and commands that work as they are. Pure.
using System.Text;
using LedgerStore.Policy.Pki;

namespace LedgerStore.Server.Hosting;

/// <summary>The first lines of a development server.</summary>
internal static class DevReady
{
    public static string Text(Uri address, DevLayout layout, PkiDirectory pki)
    {
        StringBuilder text = new();
        text.Append($"ready {address.Scheme}://{address.Authority}\n\n");
        text.Append($"  data      {layout.Data}\n");
        text.Append($"  keys      {layout.Keys}   (development only, until {pki.Authority.NotAfter:yyyy-MM-dd})\n");
        text.Append($"  policy    {layout.Policy}\n\n");
        text.Append("Next, in another terminal:\n\n");
        text.Append($"  curl --cacert {pki.AuthorityFile} \\\n");
        text.Append($"       --cert {pki.ClientCertificateFile("reader")} \\\n");
        text.Append($"       --key {pki.ClientKeyFile("reader")} \\\n");
        text.Append($"       {address.Scheme}://{address.Authority}/demo/checkpoint\n\n");
        text.Append("Ctrl+C stops it; everything is kept, and the next start uses it again.\n");
        return text.ToString();
    }
}
