// The text of --help. Constant.
namespace LedgerStore.Server.Hosting;

/// <summary>How the server is started.</summary>
internal static class Help
{
    public const string Text = """
        LedgerStore server

          dev [--data DIR] [--port N]    a server for trying things out: on this machine only, with certificates,
                                         keys, a policy and a ledger `demo` made on the way (default port 7443);
                                         --metrics N serves Prometheus text and health on that port;
                                         --intake N takes JSON by HTTP on that port, for the ledger `demo`;
                                         --guard FILE watches by the rules of the file (or `builtin`);
                                         --end-with-input ends it when its standard input ends, for programs that
                                         start it
          serve --config FILE            a server in earnest, from server.yaml; every setting also by environment
                                         variable (LEDGERSTORE_DATA, LEDGERSTORE_TLS_KEY, ...), without a file too

        Both take:
          --read-only                    changes nothing in the data directory, so it records nothing: only
                                         checkpoints, proofs and hashes are served, no entries
          --read-only-suspect            the same although the data contradicts what it signed, or the anchor is
                                         missing (exit code 6 otherwise)
          --accept-missing-anchor        begins a new anchor, which is recorded; only if the data is the newest
                                         there is

        Exit codes: 0 clean, 2 bad usage or configuration, 4 data directory in use, 5 shared files damaged,
        6 rollback or fork detected, 7 signing key missing or wrong, 8 disk too full to start,
        9 _audit damaged, 70 storage failure.

        """;
}
