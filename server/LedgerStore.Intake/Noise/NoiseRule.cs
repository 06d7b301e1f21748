// What a source leaves out, as an operator decided: events that a rule is about are kept, dropped, or kept once in so
// many. The first rule that an event has counts. Immutable; any thread.
using System.Collections.Immutable;
using LedgerStore.Fields;

namespace LedgerStore.Intake.Noise;

/// <param name="Name">How the events that it is about are called where they are counted.</param>
/// <param name="About">What an event must say.</param>
/// <param name="OneOf">0: none is kept; 1: all are; else one of so many.</param>
internal sealed record NoiseRule(string Name, Question About, int OneOf);

/// <param name="Spec">Which fields the events have.</param>
/// <param name="Rules">In their order.</param>
internal sealed record NoiseRules(IndexSpec Spec, ImmutableArray<NoiseRule> Rules);
