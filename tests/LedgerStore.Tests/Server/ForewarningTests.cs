// What the server says in `_audit` before it is too late, and the guard's rules about it: a certificate that ends, and
// a disk that fills. Times are the test's.

using System.Text;
using Google.Protobuf;
using LedgerStore.Guard;
using LedgerStore.Pki;
using LedgerStore.Protocol.Events.V1;
using LedgerStore.Server.Hosting;
using LedgerStore.Tests.Fields;
using LedgerStore.Tests.Guard;
using Xunit;

namespace LedgerStore.Tests.Server;

public sealed class ForewarningTests
{
    private readonly SkippingTime _time = new();
    private readonly List<Event> _told = [];

    [Theory]
    [InlineData(60, 45, 2)]
    [InlineData(3, 1, 2)]
    public void A_certificate_that_ends_is_told_in_its_last_days_and_again_until_another_is_there(
        int days, int quietDays, int skip)
    {
        CertificateReport now = Certificate(days);
        CertificateForewarning warning = new(() => now, _told.Add, _time);
        Look(warning.Look, quietDays, TimeSpan.FromDays(1));
        Assert.Empty(Told());
        _time.Skip(TimeSpan.FromDays(skip));
        warning.Look();
        warning.Look();
        Event told = Assert.Single(Told());
        Assert.Equal(CertificateForewarning.Change, told.Lifecycle.Change);
        Assert.Contains("expires at", told.Lifecycle.Detail, StringComparison.Ordinal);
        Assert.Equal("server-certificate", RuleOf(told));
        _time.Skip(TimeSpan.FromHours(12));
        warning.Look();
        Assert.Single(Told());
        now = Certificate(days);
        warning.Look();
        Assert.Empty(Told());
    }

    [Fact]
    public void A_disk_that_fills_is_told_when_it_has_filled_for_a_while()
    {
        TimeSpan? left = TimeSpan.FromHours(3);
        DiskForewarning warning = new(() => left, _told.Add, _time);
        warning.Look();
        _time.Skip(TimeSpan.FromMinutes(10));
        warning.Look();
        Assert.Empty(Told());
        _time.Skip(TimeSpan.FromMinutes(10));
        warning.Look();
        Event told = Assert.Single(Told());
        Assert.Contains("is full in 3 hours", told.Lifecycle.Detail, StringComparison.Ordinal);
        Assert.Equal("store-alert", RuleOf(told));
        warning.Look();
        Assert.Empty(Told());
        left = null;
        _time.Skip(TimeSpan.FromHours(7));
        warning.Look();
        left = TimeSpan.FromHours(2);
        warning.Look();
        Assert.Empty(Told());
        _time.Skip(TimeSpan.FromMinutes(10));
        warning.Look();
        Assert.Single(Told());
    }

    /// <summary>The rule that is built in and fires at an event.</summary>
    private static string RuleOf(Event happened)
    {
        RuleFile file = RuleFileReader.Parse(Encoding.UTF8.GetBytes("version: 1\n"), "rules.yaml");
        WatchedLedgers about = file.Of("_audit")!;
        LedgerWatch watch = new("_audit", about, file.RulesOf(about), file.Sha256);
        watch.Start(0, 0);
        watch.Take(0, EntryMaker.Entry(
            happened.ToByteArray(), WatchBench.Start, "application/x-ledgerstore-event", appender: "ledgerstore"));
        return Assert.Single(watch.TakeFound()).Rule;
    }

    /// <summary>What was told since the last time.</summary>
    private Event[] Told()
    {
        Event[] told = [.. _told];
        _told.Clear();
        return told;
    }

    private void Look(Action look, int times, TimeSpan pause)
    {
        for (int i = 0; i < times; i++)
        {
            look();
            _time.Skip(pause);
        }
    }

    private CertificateReport Certificate(int days)
    {
        DateTimeOffset now = _time.GetUtcNow();
        CertificateAuthority authority = CertificateAuthority.Create(
            "test", CertificateAuthority.AuthorityValidity, now);
        IssuedCertificate issued = authority.IssueServer(["localhost"], TimeSpan.FromDays(days), now);
        return issued.Report;
    }
}
