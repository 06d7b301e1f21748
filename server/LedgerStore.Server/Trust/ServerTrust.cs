// What the server trusts, and its exchange while it runs. Readers take Current, from any thread, without a lock. Poll
// runs on the reload thread (or a test's), one at a time. An invalid file never replaces a valid one.
using LedgerStore.Pki;
using LedgerStore.Policy;
using LedgerStore.Server.Config;

namespace LedgerStore.Server.Trust;

internal sealed class ServerTrust
{
    private readonly TimeProvider _time;
    private readonly ServeMode _mode;
    private readonly Lock _polling = new();
    private readonly TrustPartFile[] _parts;
    private TrustSnapshot _current;

    private ServerTrust(ServeMode mode, TrustPartFile[] parts, TrustSnapshot first, TimeProvider time)
    {
        _mode = mode;
        _parts = parts;
        _time = time;
        _current = first;
    }

    /// <summary>
    /// Something was exchanged or refused. Raised on the polling thread after the swap, one at a time. Every handler is
    /// called, whatever another one throws; the poll throws it at its end.
    /// </summary>
    public event EventHandler<TrustChange>? Changed;

    /// <summary>How long new content must stay as it is. Longer than any program needs between two writes.</summary>
    public Action PauseBetweenReads { get; set; } = static () => Thread.Sleep(20);

    public TrustSnapshot Current => Volatile.Read(ref _current);

    /// <summary>Reads everything for the first time.</summary>
    /// <exception cref="ConfigException">What cannot be used, and why.</exception>
    public static ServerTrust Load(ServerConfig config, ServeMode mode, TimeProvider time)
    {
        TrustPartFile[] files =
        [
            new(TrustPart.ServerCertificate, new WatchedFiles(
                (config.Tls.Certificate, FileModes.OthersReadOnly), (config.Tls.Key, FileModes.OwnersAlone))),
            new(TrustPart.ClientAuthorities, new WatchedFiles((config.Tls.ClientCa, FileModes.OthersReadOnly))),
            new(TrustPart.Policy, new WatchedFiles((config.Policy, FileModes.OthersReadOnly))),
        ];
        DateTimeOffset now = time.GetUtcNow();
        List<ConfigProblem> problems = [];
        ServerCertificate? certificate = First(files[0], content => ParseCertificate(content, mode, now));
        ClientAuthorities? authorities = First(files[1], content => ParseAuthorities(content, mode, now));
        CompiledPolicy? policy = First(files[2], ParsePolicy);
        return certificate is null || authorities is null || policy is null
            ? throw new ConfigException(problems)
            : new ServerTrust(mode, files, new TrustSnapshot(certificate, authorities, policy, 1), time);

        T? First<T>(TrustPartFile part, Func<WatchedContent, T> parse)
            where T : class
        {
            WatchedContent content = part.Read();
            part.Settle(content);
            try
            {
                return parse(content);
            }
            catch (PkiException error)
            {
                problems.Add(new ConfigProblem(part.Path, error.Message, "", ConfigException.BadConfiguration));
                return null;
            }
        }
    }

    /// <summary>Looks at all files, takes what is new and good, and reports what is new and bad.</summary>
    public void Poll()
    {
        lock (_polling)
        {
            List<Exception> failures = [];
            foreach (TrustPartFile part in _parts)
            {
                if (Look(part) is { } change)
                {
                    Raise(change, failures);
                }
            }

            if (failures.Count > 0)
            {
                throw new AggregateException(failures);
            }
        }
    }

    // One handler ends the streams of who was denied, another writes the record of it: neither may keep the other from
    // its work.
    private void Raise(TrustChange change, List<Exception> failures)
    {
        foreach (Delegate handler in Changed?.GetInvocationList() ?? [])
        {
            try
            {
                ((EventHandler<TrustChange>)handler)(this, change);
            }
#pragma warning disable CA1031 // Kept, and thrown by the poll.
            catch (Exception error)
#pragma warning restore CA1031
            {
                failures.Add(error);
            }
        }
    }

    private TrustChange? Look(TrustPartFile part)
    {
        WatchedContent content = part.Read();
        if (!part.IsNew(content))
        {
            return null;
        }

        // A file that is written in place holds for a moment only its beginning, and the beginning of a policy can be a
        // policy: one without its deny list. What is not the same after a moment is left to the next look.
        PauseBetweenReads();
        if (!ReferenceEquals(content, part.Read()))
        {
            return null;
        }

        TrustSnapshot before = _current;
        TrustSnapshot after;
        try
        {
            after = With(before, part.Part, content);
        }
        catch (PkiException error)
        {
            if (part.IsSuspect(content))
            {
                part.Settle(content);
                return new TrustChange(part.Part, part.Path, false, error.Message, before, before);
            }

            part.Suspect(content);
            return null;
        }

        part.Settle(content);
        Volatile.Write(ref _current, after);
        return new TrustChange(part.Part, part.Path, true, Describe(part.Part, after), before, after);
    }

    private TrustSnapshot With(TrustSnapshot before, TrustPart part, WatchedContent content)
    {
        DateTimeOffset now = _time.GetUtcNow();
        return part switch
        {
            TrustPart.ServerCertificate => before with { ServerCertificate = ParseCertificate(content, _mode, now) },
            TrustPart.ClientAuthorities => before with
            {
                ClientAuthorities = ParseAuthorities(content, _mode, now),
                Generation = before.Generation + 1,
            },
            _ => before with { Policy = ParsePolicy(content), Generation = before.Generation + 1 },
        };
    }

    private static ServerCertificate ParseCertificate(WatchedContent content, ServeMode mode, DateTimeOffset now)
    {
        RequireRead(content);
        ServerCertificate parsed = ServerCertificate.Parse(content.Text(0), content.Text(1), now);
        return mode == ServeMode.Serve && parsed.Report.IsDevelopment
            ? throw new PkiException("the server certificate is one of a development authority;"
                + " issue a real one with `ledger pki issue`")
            : parsed;
    }

    private static ClientAuthorities ParseAuthorities(WatchedContent content, ServeMode mode, DateTimeOffset now)
    {
        RequireRead(content);
        ClientAuthorities parsed = ClientAuthorities.Parse(content.Text(0), now);
        return mode == ServeMode.Serve && parsed.HasDevelopment
            ? throw new PkiException("a client authority is one for development, whose key lies around;"
                + " make a real one with `ledger init`")
            : parsed;
    }

    private static CompiledPolicy ParsePolicy(WatchedContent content)
    {
        RequireRead(content);
        PolicyParseResult result = PolicyDocument.Parse(content.Files[0]);
        return result.Policy is { } policy
            ? CompiledPolicy.Compile(policy)
            : throw new PkiException("the policy is refused:\n" + string.Join('\n', result.Errors));
    }

    private static void RequireRead(WatchedContent content)
    {
        if (content.Problem.Length > 0)
        {
            throw new PkiException(content.Problem);
        }
    }

    private static string Describe(TrustPart part, TrustSnapshot after) => part switch
    {
        TrustPart.ServerCertificate => after.ServerCertificate.Report.ToString(),
        TrustPart.ClientAuthorities => string.Join("; ", after.ClientAuthorities.Reports),
        _ => $"policy sha256:{Convert.ToHexStringLower(after.Policy.Document.Sha256.AsSpan())}",
    };
}
