// The records of the demonstration: what a company might log, and one that somebody will want to change. Pure.
using System.Text;

namespace LedgerStore.Cli;

/// <summary>Makes records.</summary>
internal static class DemoRecords
{
    /// <summary>What the one says that will be changed; nothing else says it, so compression keeps it.</summary>
    public const string Told = "took 9,000,000";

    /// <summary>What the attacker makes of it: one byte less true.</summary>
    public const string Forged = "took 1,000,000";

    private static readonly string[] s_people = ["anna", "bob", "carol", "dave", "emma", "frank", "grace"];
    private static readonly string[] s_deeds = ["approved", "paid", "read", "corrected", "rejected"];

    /// <summary>Which of them it is: somewhere in the middle, as one would look for it.</summary>
    public static ulong ChangedOf(int count) => (ulong)(count * 0.4711);

    /// <summary>All of them, a line each.</summary>
    public static byte[] Lines(int count)
    {
        StringBuilder lines = new();
        for (int i = 0; i < count; i++)
        {
            string line = (ulong)i == ChangedOf(count)
                ? $"mallory {Told} to an account of her own"
                : $"{s_people[i * 31 % s_people.Length]} {s_deeds[i * 17 / 3 % s_deeds.Length]} invoice {i}";
            lines.Append(line).Append('\n');
        }

        return Encoding.UTF8.GetBytes(lines.ToString());
    }
}
