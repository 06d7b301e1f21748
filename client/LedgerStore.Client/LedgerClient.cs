// The way in: the connections to one server, and the parts that work over them.
// Any thread; one for the whole application.

using System.Security.Cryptography.X509Certificates;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Client;

/// <summary>A client of one LedgerStore server. It connects when it is first used, and again when it has to.</summary>
public sealed class LedgerClient : IAsyncDisposable, IDisposable
{
    // A read message is 256 KiB, or one entry; proofs and notes stay far below. A lying server may not fill the memory.
    private const int ReceiveBytesMax = 4 * 1024 * 1024;

    private readonly ServerConnection _connection;

    /// <summary>Reads the certificate files; connects to nothing yet.</summary>
    public LedgerClient(LedgerClientOptions options)
    {
        _connection = new ServerConnection(options, SettingsOf(options));
        Admin = new Admin(_connection);
        Catalog = new Catalog(_connection);
    }

    /// <summary>Creates ledgers, sets retention and holds, asks for the state of the server.</summary>
    public Admin Admin { get; }

    /// <summary>Which ledgers there are, and what they are like.</summary>
    public Catalog Catalog { get; }

    /// <summary>The server's address.</summary>
    public Uri Address => _connection.Address;

    internal LedgerChannel Channel => _connection.Channel;

    /// <summary>Appends to a ledger without a producer name.</summary>
    public Appender CreateAppender(string ledger) => CreateAppender(ledger, new AppenderOptions());

    /// <summary>Appends to a ledger. One appender serves any number of threads.</summary>
    public Appender CreateAppender(string ledger, AppenderOptions appender) => new(_connection, ledger, appender);

    /// <summary>Reads a ledger.</summary>
    public Reader CreateReader(string ledger) => new(_connection, ledger);

    /// <summary>Searches a ledger by its index.</summary>
    public Searcher CreateSearcher(string ledger) => new(_connection, ledger);

    /// <summary>Verifies a ledger with keys that came from somewhere else than from the server.</summary>
    public Verifier CreateVerifier(string ledger, VerifierOptions verifier) => new(_connection, ledger, verifier);

    /// <summary>One append call as it is in the protocol, without retries; for conditional appends.</summary>
    public ValueTask<AppendResponse> AppendOnceAsync(AppendRequest request, CancellationToken cancellationToken) =>
        _connection.AskAsync(LedgerMethods.Append, request, request.Ledger, cancellationToken);

    /// <summary>Closes the connections. Dispose appenders first: they have work to finish.</summary>
    public void Dispose() => _connection.Dispose();

    /// <summary>Closes the connections. Dispose appenders first: they have work to finish.</summary>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }

    internal static ChannelSettings SettingsOf(LedgerClientOptions options)
    {
        X509Certificate2Collection chain = [];
        return new ChannelSettings
        {
            ClientCertificate = options.Certificate ?? LoadCertificate(options, chain),
            ClientCertificateChain = chain,
            TrustedRoots = options.TrustedRoots ?? LoadRoots(options.CaFile),
            ServerName = options.ServerName,
            AllowPlaintext = options.AllowPlaintext,
            Connections = options.Connections,
            ConnectTimeout = options.ConnectTimeout,
            KeepAliveDelay = options.KeepAliveDelay,
            KeepAliveTimeout = options.KeepAliveTimeout,
            ReceiveBytesMax = ReceiveBytesMax,
            Time = options.Time,
        };
    }

    private static X509Certificate2? LoadCertificate(LedgerClientOptions options, X509Certificate2Collection chain)
    {
        if (options.CertificateFile is not { } file)
        {
            return null;
        }

        X509Certificate2Collection all = [];
        all.ImportFromPemFile(file);
        foreach (X509Certificate2 issuer in all.Skip(1))
        {
            chain.Add(issuer);
        }

        try
        {
            return X509Certificate2.CreateFromPemFile(file, options.KeyFile);
        }
        catch (ArgumentException other)
        {
            throw new ArgumentException(
                $"the key in {options.KeyFile ?? file} is not the one of the certificate {file}",
                nameof(options),
                other);
        }
    }

    private static X509Certificate2Collection? LoadRoots(string? file)
    {
        if (file is null)
        {
            return null;
        }

        X509Certificate2Collection roots = [];
        roots.ImportFromPemFile(file);
        return roots.Count > 0
            ? roots
            : throw new ArgumentException(
                $"{file} has no certificate in it; give the PEM file of the server's CA", nameof(file));
    }
}
