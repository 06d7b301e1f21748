// What the answer about one segment proves: that its statement is in the index ledger at its place and of this ledger,
// spec and segment; that the pages lead to the index root; and then which bundles may have entries of the answer.
// Pure.

using LedgerStore.Proofs;

namespace LedgerStore.Fields;

/// <summary>A segment's answer that was verified.</summary>
internal sealed class SegmentCheck
{
    private readonly Dictionary<(int Field, int Page), ReadOnlyMemory<byte>> _pages = [];
    private readonly bool[] _hasPages;
    private readonly Question _question;
    private readonly TermKey? _key;

    private SegmentCheck(Question question, TermKey? key, SegmentFacts facts)
    {
        _hasPages = new bool[question.Spec.Fields.Length];
        _question = question;
        _key = key;
        Facts = facts;
    }

    public SegmentFacts Facts { get; }

    /// <summary>Verifies an answer.</summary>
    /// <exception cref="VerificationFailedException">It is a lie: which.</exception>
    public static SegmentCheck Of(Question question, TreeHead ledger, TreeHead index, SegmentAnswer answer)
    {
        ulong segment = answer.Segment;
        if (segment >= ledger.Size / EntryBounds.EntriesPerSegment)
        {
            throw new VerificationFailedException(
                $"segment {segment} is not complete in the ledger of {ledger.Size} entries, so nothing indexes it");
        }

        SegmentFacts facts = FactsOf(question.Spec, ledger, index, answer);
        ulong segments = Ceiling(ledger.Size, EntryBounds.EntriesPerSegment);
        if (!InclusionProof.TryComputeRoot(segment, segments, facts.SegmentRoot, answer.SegmentPath, out Hash256 root)
            || root != ledger.Root)
        {
            throw new VerificationFailedException(
                $"the index of segment {segment} is of other entries: the segment root {facts.SegmentRoot} that it "
                + "names is not the ledger's");
        }

        SegmentCheck check = new(question, KeyOf(question.Spec, facts, answer), facts);
        foreach (PageAnswer page in answer.Pages)
        {
            check.AddPage(page);
        }

        return check;
    }

    /// <summary>The bundles that may have entries of the answer; of all others the pages prove that they have none.
    /// </summary>
    /// <exception cref="VerificationFailedException">A page is none.</exception>
    public BundleSet Candidates()
    {
        try
        {
            return new CandidateBundles(_question, _key).Of(Facts, _pages);
        }
        catch (MalformedDataException malformed)
        {
            throw new VerificationFailedException(
                $"a page of the index of segment {Facts.Segment} is none: {malformed.Message}", malformed);
        }
    }

    /// <summary>Compares an entry of the segment with what was said of it: so a false index is found.</summary>
    /// <exception cref="VerificationFailedException">The index is false: where.</exception>
    public void Compare(ulong entry, FieldValues values)
    {
        int bundle = (int)(entry / EntryBounds.EntriesPerBundle % EntryBounds.BundlesPerSegment);
        if (values.Opaque != OpaqueReason.None && !Facts.Opaque.Has(bundle))
        {
            throw False(entry, "it is opaque, and no opaque mark is on its bundle");
        }

        foreach (FieldValue value in values.All)
        {
            FieldSpec field = _question.Spec.Fields[value.Field];
            if (field.IsZone)
            {
                if (Facts.ZoneOf(value.Field) is not { } zone || zone.With(field.Kind, value.Bits) != zone)
                {
                    throw False(entry, $"its {field.Name} is outside of what the index says of the segment");
                }

                continue;
            }

            if (_hasPages[value.Field] && _key is not null
                && IsMissing(_key, value.Field, values.TextOf(value), bundle))
            {
                throw False(entry, $"its {field.Name} is not in the page of the index that would have it");
            }
        }
    }

    private bool IsMissing(TermKey key, int field, ReadOnlySpan<byte> text, int bundle)
    {
        FieldSpec spec = _question.Spec.Fields[field];
        bool isMissing = IsMissing(field, key.Of(spec.Kind, field, isPrefix: false, text), bundle);
        for (int end = 0; (end = PrefixEnd.Next(spec.Prefix, text, end)) > 0;)
        {
            isMissing |= IsMissing(field, key.Of(spec.Kind, field, isPrefix: true, text[..end]), bundle);
        }

        return isMissing;
    }

    private bool IsMissing(int field, uint term, int bundle) =>
        _pages.TryGetValue((field, IndexPage.NumberOf(term)), out ReadOnlyMemory<byte> page)
        && !IndexPage.Find(_question.Spec.Fields[field].Kind, page.Span, term).Has(bundle);

    /// <summary>A page of terms says nothing without the key that they were made with: with another one, nobody would
    /// be in it.</summary>
    private static TermKey? KeyOf(IndexSpec spec, SegmentFacts facts, SegmentAnswer answer)
    {
        if (facts.KeyHash is not { } said)
        {
            return answer.Key.IsEmpty
                ? TermKey.Public(spec)
                : throw new VerificationFailedException(
                    $"a key came with the index of segment {facts.Segment}, and its statement says that it has none");
        }

        if (answer.Key.IsEmpty
            && answer.Pages.All(page => spec.Fields.ElementAtOrDefault(page.Field) is { IsZone: true }))
        {
            return null;
        }

        return answer.Key.Length == TermKey.SecretBytes && TermKey.Secret(answer.Key.Span) is var key
            && key.Commitment == said
            ? key
            : throw new VerificationFailedException(
                $"the key of the index of segment {facts.Segment} is missing, or not the one whose hash was signed");
    }

    private static SegmentFacts FactsOf(IndexSpec spec, TreeHead ledger, TreeHead index, SegmentAnswer answer)
    {
        ulong segment = answer.Segment;
        ProvenEntry entry = answer.Statement;
        if (entry.Index != segment)
        {
            throw new VerificationFailedException(
                $"the statement of segment {segment} is entry {segment} of the index ledger, not {entry.Index}");
        }

        CoverProofs.CheckEntry(index, entry, $"the statement of segment {segment}");
        if (!EntryView.TryParse(entry.Entry, out EntryView view)
            || !view.ContentType.SequenceEqual(IndexStatement.ContentType)
            || !view.Producer.SequenceEqual(IndexStatement.Producer) || (ulong)view.Sequence != segment + 1)
        {
            throw new VerificationFailedException(
                $"entry {segment} of the index ledger is not statement {segment + 1} of the producer 'index'");
        }

        IndexStatement statement = Read(view.Payload, segment);
        SegmentFacts facts = statement.Facts;
        if (statement.Origin != ledger.Origin)
        {
            throw new VerificationFailedException(
                $"the index is of the ledger '{statement.Origin}', not of '{ledger.Origin}'");
        }

        if (facts.SpecId != spec.Id || facts.Fields != spec.Fields.Length)
        {
            throw new VerificationFailedException(
                $"the index of segment {segment} is by the spec {facts.SpecId}, not by {spec.Id}");
        }

        return facts.Segment == segment
            ? facts
            : throw new VerificationFailedException(
                $"statement {segment} of the index ledger is about segment {facts.Segment}");
    }

    private static IndexStatement Read(ReadOnlySpan<byte> payload, ulong segment)
    {
        try
        {
            return IndexStatement.Read(payload);
        }
        catch (MalformedDataException malformed)
        {
            throw new VerificationFailedException($"entry {segment} of the index ledger is no statement", malformed);
        }
    }

    private void AddPage(PageAnswer page)
    {
        string name = $"page {page.Page} of field {page.Field} of the index of segment {Facts.Segment}";
        if (page.Field < 0 || page.Field >= Facts.Fields || page.Page is < 0 or >= IndexPage.PerField)
        {
            throw new VerificationFailedException($"there is no {name}");
        }

        ulong leaf = IndexTree.LeafOf(page.Field, page.Page);
        ulong size = IndexTree.SizeOf(_question.Spec);
        if (!InclusionProof.IsValid(leaf, size, MerkleHash.Leaf(page.Bytes.Span), page.Path, Facts.IndexRoot))
        {
            throw new VerificationFailedException(
                $"{name} is not the one that was signed: its path does not lead to the index root {Facts.IndexRoot}");
        }

        if (!_pages.TryAdd((page.Field, page.Page), page.Bytes))
        {
            throw new VerificationFailedException($"{name} was sent twice");
        }

        _hasPages[page.Field] = true;
    }

    private VerificationFailedException False(ulong entry, string why) => new(
        $"the index of segment {Facts.Segment} is false: of entry {entry}, {why}; the entry with its proof, the "
        + "statement with its proof, and the page are the evidence");

    private static ulong Ceiling(ulong size, ulong of) => (size + of - 1) / of;
}
