// What the page is told about where it is: /console.json. Immutable; any thread.

using System.Text.Json;

namespace LedgerStore.WebConsole.Hosting;

/// <summary>Where the page's data comes from, and what its reader trusts.</summary>
internal sealed record ConsoleFacts
{
    /// <summary>"server", "data" or "evidence".</summary>
    public required string Source { get; init; }

    /// <summary>The server's address, or the directory.</summary>
    public required string Address { get; init; }

    public required string Version { get; init; }

    /// <summary>The vkeys that the reader trusts: from the trust file, and never from a server.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>As whom the server is asked; empty where there is none.</summary>
    public string Identity { get; init; } = string.Empty;

    /// <param name="bundle">The hash of the page's files.</param>
    /// <param name="header">What each call's header must say.</param>
    public byte[] ToJson(string bundle, string header)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter json = new(text))
        {
            json.WriteStartObject();
            json.WriteString("kind", "command");
            json.WriteString("source", Source);
            json.WriteString("address", Address);
            json.WriteString("version", Version);
            json.WriteString("bundle", bundle);
            json.WriteStartArray("keys");
            foreach (string key in Keys)
            {
                json.WriteStringValue(key);
            }

            json.WriteEndArray();
            json.WriteString("identity", Identity);
            json.WriteString("csrf", header);
            json.WriteEndObject();
        }

        return text.ToArray();
    }
}
