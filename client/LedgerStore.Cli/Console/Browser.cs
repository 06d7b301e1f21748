// Opens the reader's browser, where there is one to see: xdg-open, with a display. Nothing depends on it, for the link
// is printed too. Stateless.
using System.ComponentModel;
using System.Diagnostics;

namespace LedgerStore.Cli;

/// <summary>The browser of whoever sits here.</summary>
internal static class Browser
{
    public static void Open(Func<string, string?> environment, Uri link)
    {
        if (string.IsNullOrEmpty(environment("DISPLAY")) && string.IsNullOrEmpty(environment("WAYLAND_DISPLAY")))
        {
            return;
        }

        try
        {
            // What it has to say is not for this terminal; it ends by itself.
            using Process? opener = Process.Start(new ProcessStartInfo("xdg-open", [link.ToString()])
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            });
        }
        catch (Win32Exception)
        {
            // It is not installed.
        }
    }
}
