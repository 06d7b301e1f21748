// What both sides know of a method: its name, its kind and how its messages become bytes.
// Immutable; any thread.

using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace LedgerStore.Protocol.Grpc;

/// <summary>Which side of a call is a stream.</summary>
public enum MethodKind
{
    Unary,
    ClientStreaming,
    ServerStreaming,
    Duplex,
}

/// <summary>A method, without its message types.</summary>
public abstract class MethodDescriptor
{
    private readonly string fullName;

    private protected MethodDescriptor(string service, string name, MethodKind kind, FileDescriptor? file)
    {
        Service = service;
        Name = name;
        Kind = kind;
        File = file;
        Path = $"/{service}/{name}";
        fullName = $"{service}/{name}";
    }

    /// <summary>The full name of the service, such as <c>ledgerstore.v1.Appender</c>.</summary>
    public string Service { get; }

    /// <summary>The name of the method, such as <c>Append</c>.</summary>
    public string Name { get; }

    public MethodKind Kind { get; }

    /// <summary>The HTTP/2 path. It is matched exactly.</summary>
    public string Path { get; }

    /// <summary>The compiled .proto file the service is in, from which reflection answers.</summary>
    public FileDescriptor? File { get; }

    public bool IsRequestStream => Kind is MethodKind.ClientStreaming or MethodKind.Duplex;

    public bool IsResponseStream => Kind is MethodKind.ServerStreaming or MethodKind.Duplex;

    public override string ToString() => fullName;
}

/// <summary>A method with its message types.</summary>
public sealed class MethodDescriptor<TRequest, TResponse> : MethodDescriptor
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>
{
    /// <summary>Describes a method that is not in a compiled .proto file.</summary>
    public MethodDescriptor(
        string service,
        string name,
        MethodKind kind,
        MessageParser<TRequest> requestParser,
        MessageParser<TResponse> responseParser)
        : base(service, name, kind, file: null)
    {
        RequestParser = requestParser;
        ResponseParser = responseParser;
    }

    /// <summary>Takes name and kind from the compiled .proto file, and checks the message types against it.</summary>
    public MethodDescriptor(ServiceDescriptor service, string name)
        : this(Find(service, name))
    {
    }

    private MethodDescriptor(Google.Protobuf.Reflection.MethodDescriptor compiled)
        : base(compiled.Service.FullName, compiled.Name, KindOf(compiled), compiled.File)
    {
        if (compiled.InputType.ClrType != typeof(TRequest) || compiled.OutputType.ClrType != typeof(TResponse))
        {
            throw new ArgumentException(
                $"{compiled.FullName} takes {compiled.InputType.FullName} and returns " +
                $"{compiled.OutputType.FullName}, not {typeof(TRequest).Name} and {typeof(TResponse).Name}",
                nameof(compiled));
        }

        RequestParser = (MessageParser<TRequest>)compiled.InputType.Parser;
        ResponseParser = (MessageParser<TResponse>)compiled.OutputType.Parser;
    }

    public MessageParser<TRequest> RequestParser { get; }

    public MessageParser<TResponse> ResponseParser { get; }

    private static Google.Protobuf.Reflection.MethodDescriptor Find(ServiceDescriptor service, string name) =>
        service.FindMethodByName(name)
        ?? throw new ArgumentException($"service {service.FullName} has no method {name}", nameof(name));

    private static MethodKind KindOf(Google.Protobuf.Reflection.MethodDescriptor compiled) =>
        (compiled.IsClientStreaming, compiled.IsServerStreaming) switch
        {
            (false, false) => MethodKind.Unary,
            (true, false) => MethodKind.ClientStreaming,
            (false, true) => MethodKind.ServerStreaming,
            (true, true) => MethodKind.Duplex,
        };
}
