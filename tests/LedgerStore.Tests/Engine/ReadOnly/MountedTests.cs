// The real engine on file systems that are really full and really read-only, mounted for the test alone.
using Xunit;
using Xunit.Abstractions;

namespace LedgerStore.Tests.Engine.ReadOnly;

public sealed class MountedTests(ITestOutputHelper output) : IDisposable
{
    // Room for the journal and the reserve, a ballast to throw away, and some for data.
    private const string SmallDisk = """
        set -e
        mount -t tmpfs -o size=48m none "$M"
        head -c 12000000 /dev/zero > "$M/ballast"
        acknowledged() { sed -n 's/^acknowledged //p' "$M.log" | tail -n 1; }
        fill_and_kill() {
            dotnet "$probe" fill "$M/data" "$M/ballast" kill > "$M.log" 2>&1 &
            pid=$!
            tries=1200
            until grep -q waiting "$M.log"; do
                tries=$((tries - 1))
                if [ $tries -eq 0 ]; then kill -9 $pid; cat "$M.log"; exit 1; fi
                kill -0 $pid
                sleep 0.1
            done
            kill -9 $pid
            wait $pid || true
        }

        """;

    private readonly string _mount = Directory.CreateTempSubdirectory("ledgerstore").FullName;

    public void Dispose()
    {
        File.Delete(_mount + ".log");
        Directory.Delete(_mount, recursive: true);
    }

    [MountFact]
    public void A_full_disk_refuses_appends_keeps_what_it_acknowledged_and_goes_on_by_itself()
    {
        string lines = Run(SmallDisk + """
            probe fill "$M/data" "$M/ballast" free > "$M.log"
            cat "$M.log"
            probe check "$M/data" "$(acknowledged)"
            """);
        string[] expected = ["full ", "read ", "resumed ", "closed", "read "];
        AssertInOrder(lines, expected);
        Assert.DoesNotContain("refused", lines, StringComparison.Ordinal);
    }

    [MountFact]
    public void Killed_while_the_disk_is_full_it_has_lost_nothing()
    {
        // Starting on the full disk may be refused for want of space, and so may an append there. Reading works.
        string lines = Run(SmallDisk + """
            fill_and_kill
            cat "$M.log"
            probe read "$M/data" "$(acknowledged)"
            probe check "$M/data" "$(acknowledged)" || echo "exit code $?"
            rm "$M/ballast"
            echo freed
            probe check "$M/data" "$(acknowledged)"
            """);
        string[] expected = ["full ", "waiting ", "read ", "refused LedgerReadOnly", "freed", "read ", "acknowledged "];
        AssertInOrder(lines, expected);
    }

    [MountFact]
    public void A_store_on_a_read_only_mount_is_served_and_not_changed()
    {
        string lines = Run(SmallDisk + """
            fill_and_kill
            tree() { find "$M/data" -type f -exec sha256sum {} + | sort; find "$M/data" -printf '%p %T@ %m\n' | sort; }
            tree > "$M.log.before"
            mount -o remount,ro "$M"
            probe read "$M/data" "$(acknowledged)"
            probe check "$M/data" "$(acknowledged)" || echo "exit code $?"
            tree | cmp - "$M.log.before"
            rm "$M.log.before"
            echo unchanged
            """);
        AssertInOrder(lines, ["read ", "refused LedgerReadOnly", "refused StorageFailed", "exit code 3", "unchanged"]);
    }

    private string Run(string script)
    {
        string probe = Path.Combine(AppContext.BaseDirectory, "LedgerStore.CrashProbe.dll");
        (int exitCode, string lines) = MountFactAttribute.Run($$"""
            M='{{_mount}}'
            probe='{{probe}}'
            probe() { timeout -s KILL 120 dotnet "$probe" "$@"; }
            {{script}}
            """);
        output.WriteLine(string.Join(
            '\n', lines.Split('\n').Where(l => !l.StartsWith("acknowledged", StringComparison.Ordinal))));
        Assert.Equal(0, exitCode);
        return lines;
    }

    private static void AssertInOrder(string lines, string[] expected)
    {
        int at = 0;
        foreach (string one in expected)
        {
            int found = lines.IndexOf(one, at, StringComparison.Ordinal);
            Assert.True(found >= 0, $"'{one}' comes, in the order that is expected");
            at = found + one.Length;
        }
    }
}
