// The names in the envelope that the intake puts around what a sender sent. Shipped names never change.
//
//   {"@intake":1, "source", "sender", "address", "received", ["id"], ["mark"], ["opaque"], and the sender's bytes as
// one of
//     "event": a JSON value, byte for byte    "text": UTF-8    "bytes": base64
//     "gzip": base64, with "form" event, text or bytes, and for one of several records "part": {"of","index","count"}}
//
// Constants.

namespace LedgerStore.Client;

internal static class IntakeFields
{
    internal const int Version = 1;

    /// <summary>How the content type of every entry of an intake ends.</summary>
    internal const string ContentTypeEnd = "; envelope=intake";

    internal const string Intake = "@intake";
    internal const string Source = "source";
    internal const string Sender = "sender";
    internal const string Address = "address";
    internal const string Received = "received";
    internal const string Id = "id";
    internal const string Mark = "mark";
    internal const string Opaque = "opaque";

    internal const string Event = "event";
    internal const string Text = "text";
    internal const string Bytes = "bytes";
    internal const string Gzip = "gzip";
    internal const string Form = "form";
    internal const string Part = "part";
    internal const string PartOf = "of";
    internal const string PartIndex = "index";
    internal const string PartCount = "count";

    /// <summary>The deepest nesting of an event; the envelope is one level more, and readers stop at 64.</summary>
    internal const int EventDepthMax = 62;

    /// <summary>The largest event, unpacked: also what a reader lets a hostile record grow to.</summary>
    internal const int EventBytesMax = 64 * 1024 * 1024;
}
