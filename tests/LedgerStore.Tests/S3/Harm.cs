// What a proxy sees, and the harm that it can do. Immutable, but for what is known later.

namespace LedgerStore.Tests.S3;

internal enum HarmKind
{
    None,

    /// <summary>The connection ends before anything was passed on.</summary>
    Cut,

    /// <summary>No answer ever.</summary>
    Hang,

    /// <summary>Both connections end in the middle of the request's body.</summary>
    CutBody,

    /// <summary>The store has done it, and nobody hears of it.</summary>
    LoseAnswer,

    /// <summary>The answer's body ends early.</summary>
    CutAnswer,

    /// <summary>One bit of the answer is another one.</summary>
    FlipByte,

    /// <summary>An answer of the proxy's own.</summary>
    Answer,
}

/// <param name="Number">Of bytes, or the status.</param>
internal sealed record Harm(HarmKind Kind, int Number, string Code)
{
    public static Harm None { get; } = Of(HarmKind.None);

    public static Harm Of(HarmKind kind) => new(kind, 0, string.Empty);

    public static Harm At(HarmKind kind, int number) => new(kind, number, string.Empty);

    public static Harm Answer(int status, string code) => new(HarmKind.Answer, status, code);
}

/// <param name="Earlier">How many requests of this method came before.</param>
internal sealed record SeenRequest(string Method, string Target, string Range, string IfNoneMatch, int Earlier)
{
    public int AnswerBytes { get; set; }

    public bool IsProbe => Target.Contains("ledgerstore-probe", StringComparison.Ordinal);
}
