// What is asked of a ledger: clauses that an entry must have all of. Immutable; any thread.

using LedgerStore.Proofs;

namespace LedgerStore.Fields;

/// <summary>Clauses, bound to the spec that they are about.</summary>
internal sealed class Question
{
    public const int ClausesMax = 16;

    /// <exception cref="MalformedDataException">A clause cannot be asked: which, and why.</exception>
    public Question(IndexSpec spec, IReadOnlyList<Clause> clauses)
    {
        if (clauses.Count > ClausesMax)
        {
            throw new MalformedDataException($"{clauses.Count} clauses are more than {ClausesMax}", 0);
        }

        Spec = spec;
        Clauses = [.. clauses.Select(clause => BoundClause.Bind(spec, clause))];
    }

    public IndexSpec Spec { get; }

    public BoundClause[] Clauses { get; }

    /// <summary>Whether an entry with these values is part of the answer: it has every clause, or may have.</summary>
    public Verdict Match(FieldValues values)
    {
        Verdict verdict = Verdict.Yes;
        foreach (BoundClause clause in Clauses)
        {
            Verdict one = clause.Match(values);
            if (one == Verdict.No)
            {
                return Verdict.No;
            }

            verdict = one == Verdict.Opaque ? Verdict.Opaque : verdict;
        }

        return verdict;
    }
}
