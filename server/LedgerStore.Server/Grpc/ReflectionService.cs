// grpc.reflection.v1 and v1alpha: the API as the compiled .proto files describe it, for tools such as grpcurl.
// Built at start, then only read; any thread.

using Google.Protobuf.Reflection;
using LedgerStore.Protocol.Grpc;
using LedgerStore.Protocol.Reflection.V1;
using AlphaReflection = LedgerStore.Protocol.Reflection.V1Alpha.ReflectionReflection;
using MethodDescriptor = LedgerStore.Protocol.Grpc.MethodDescriptor;

namespace LedgerStore.Server.Grpc;

/// <summary>Describes the services that are registered when it is registered: do that last.</summary>
internal sealed class ReflectionService
{
    private readonly Dictionary<string, FileDescriptor> filesByName = [];
    private readonly Dictionary<string, FileDescriptor> filesBySymbol = [];
    private readonly SortedSet<string> services = new(StringComparer.Ordinal);

    internal static MethodDescriptor<ServerReflectionRequest, ServerReflectionResponse> Method { get; } =
        new(ReflectionReflection.Descriptor.Services[0], "ServerReflectionInfo");

    // On the wire the two versions are the same, so one implementation with one set of messages serves both.
    internal static MethodDescriptor<ServerReflectionRequest, ServerReflectionResponse> AlphaMethod { get; } = new(
        AlphaReflection.Descriptor.Services[0].FullName, "ServerReflectionInfo", MethodKind.Duplex,
        ServerReflectionRequest.Parser, ServerReflectionResponse.Parser);

    /// <summary>Registers the service for everything registered before it, and for itself.</summary>
    public static void Register(GrpcBuilder grpc, params object[] metadata)
    {
        ReflectionService reflection = new();
        grpc.Duplex(Method, reflection.AnswerAsync, metadata).Duplex(AlphaMethod, reflection.AnswerAsync, metadata);
        foreach (MethodDescriptor method in grpc.Methods)
        {
            reflection.services.Add(method.Service);
            if (method.File is not null)
            {
                reflection.AddFile(method.File);
            }
        }

        reflection.AddFile(AlphaReflection.Descriptor);
    }

    private void AddFile(FileDescriptor file)
    {
        if (!filesByName.TryAdd(file.Name, file))
        {
            return;
        }

        foreach (FileDescriptor dependency in file.Dependencies)
        {
            AddFile(dependency);
        }

        foreach (ServiceDescriptor service in file.Services)
        {
            filesBySymbol[service.FullName] = file;
            foreach (Google.Protobuf.Reflection.MethodDescriptor method in service.Methods)
            {
                filesBySymbol[method.FullName] = file;
            }
        }

        AddEnums(file, file.EnumTypes);
        foreach (MessageDescriptor message in file.MessageTypes)
        {
            AddMessage(file, message);
        }
    }

    private void AddMessage(FileDescriptor file, MessageDescriptor message)
    {
        filesBySymbol[message.FullName] = file;
        foreach (FieldDescriptor field in message.Fields.InDeclarationOrder())
        {
            filesBySymbol[field.FullName] = file;
        }

        AddEnums(file, message.EnumTypes);
        foreach (MessageDescriptor nested in message.NestedTypes)
        {
            AddMessage(file, nested);
        }
    }

    private void AddEnums(FileDescriptor file, IList<EnumDescriptor> enums)
    {
        foreach (EnumDescriptor type in enums)
        {
            filesBySymbol[type.FullName] = file;
        }
    }

    private async ValueTask AnswerAsync(
        MessageReader<ServerReflectionRequest> requests,
        MessageWriter<ServerReflectionResponse> responses,
        ServerCall call)
    {
        while (await requests.ReadAsync().ConfigureAwait(false))
        {
            await responses.WriteAsync(Answer(requests.Current)).ConfigureAwait(false);
        }
    }

    private ServerReflectionResponse Answer(ServerReflectionRequest request)
    {
        ServerReflectionResponse response = new() { ValidHost = request.Host, OriginalRequest = request };
        switch (request.MessageRequestCase)
        {
            case ServerReflectionRequest.MessageRequestOneofCase.ListServices:
                response.ListServicesResponse = new ListServiceResponse();
                response.ListServicesResponse.Service.AddRange(
                    services.Select(name => new ServiceResponse { Name = name }));
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileByFilename:
                AnswerFile(response, filesByName.GetValueOrDefault(request.FileByFilename));
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol:
                AnswerFile(response, filesBySymbol.GetValueOrDefault(request.FileContainingSymbol.TrimStart('.')));
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.AllExtensionNumbersOfType
                when filesBySymbol.ContainsKey(request.AllExtensionNumbersOfType):
                // proto3 has no extensions.
                response.AllExtensionNumbersResponse = new ExtensionNumberResponse
                {
                    BaseTypeName = request.AllExtensionNumbersOfType,
                };
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.AllExtensionNumbersOfType:
            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingExtension:
                AnswerFile(response, file: null);
                break;
            default:
                response.ErrorResponse = Error(StatusCode.InvalidArgument, "the request asks for nothing");
                break;
        }

        return response;
    }

    private static void AnswerFile(ServerReflectionResponse response, FileDescriptor? file)
    {
        if (file is null)
        {
            response.ErrorResponse = Error(StatusCode.NotFound, "this server has no such file, type or extension");
            return;
        }

        response.FileDescriptorResponse = new FileDescriptorResponse();
        HashSet<string> sent = new(StringComparer.Ordinal);
        AddWithDependencies(response.FileDescriptorResponse, file, sent);
    }

    private static void AddWithDependencies(FileDescriptorResponse response, FileDescriptor file, HashSet<string> sent)
    {
        if (!sent.Add(file.Name))
        {
            return;
        }

        response.FileDescriptorProto.Add(file.SerializedData);
        foreach (FileDescriptor dependency in file.Dependencies)
        {
            AddWithDependencies(response, dependency, sent);
        }
    }

    private static ErrorResponse Error(StatusCode code, string message) =>
        new() { ErrorCode = (int)code, ErrorMessage = message };
}
