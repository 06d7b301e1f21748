// What scripts of other languages need: where they are, certificates, and the messages as a descriptor set.
// Made once; any thread.

using System.Diagnostics;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Rpc;
using Grpc.Health.V1;
using Grpc.Reflection.V1;
using LedgerStore.Tests.Grpc.V1;
using AlphaReflection = Grpc.Reflection.V1Alpha.ReflectionReflection;

namespace LedgerStore.Tests.Grpc;

internal static class InteropFiles
{
    private static readonly string[] s_pythons = ["/usr/bin/python3", "python3"];
    private static readonly Lazy<string?> s_pythonWithGrpc = new(FindPython);

    /// <summary>With this set, an implementation that is missing is a failure instead of a visible skip.</summary>
    internal static bool IsRequired => Environment.GetEnvironmentVariable("LEDGERSTORE_REQUIRE_INTEROP") == "1";

    internal static string? Python => s_pythonWithGrpc.Value;

    internal static string NodeDirectory => DirectoryOf("grpc-node");

    internal static string PythonDirectory => Path.Combine(Root(), "tests", "interop", "grpc-python");

    internal static string DirectoryOf(string folder) => Path.Combine(Root(), "tests", "interop", folder);

    internal static bool HasNode(string folder, string package) =>
        Directory.Exists(Path.Combine(DirectoryOf(folder), "node_modules", package)) && Answers("node", "--version");

    /// <summary>A directory with certificates and interop.fds, to be deleted by the caller.</summary>
    internal static string CreateDirectory()
    {
        string directory = Directory.CreateTempSubdirectory("ledgerstore-interop-").FullName;
        TestPki.Shared.WriteTo(directory);
        FileDescriptorSet set = new();
        HashSet<string> added = new(StringComparer.Ordinal);
        FileDescriptor[] files =
        [
            InteropReflection.Descriptor, HealthReflection.Descriptor, ReflectionReflection.Descriptor,
            AlphaReflection.Descriptor, StatusReflection.Descriptor, ErrorDetailsReflection.Descriptor,
        ];
        foreach (FileDescriptor file in files)
        {
            Add(set, file, added);
        }

        File.WriteAllBytes(Path.Combine(directory, "interop.fds"), set.ToByteArray());
        return directory;
    }

    private static void Add(FileDescriptorSet set, FileDescriptor file, HashSet<string> added)
    {
        if (!added.Add(file.Name))
        {
            return;
        }

        foreach (FileDescriptor dependency in file.Dependencies)
        {
            Add(set, dependency, added);
        }

        set.File.Add(file.ToProto());
    }

    private static string? FindPython() =>
        s_pythons.FirstOrDefault(python => Answers(python, "-c", "import grpc, google.protobuf"));

    private static bool Answers(string program, params string[] arguments)
    {
        try
        {
            ProcessStartInfo start = new(program, arguments)
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using Process process = Process.Start(start)!;
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static string Root()
    {
        string directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "LedgerStore.sln")))
        {
            directory = Path.GetDirectoryName(directory)
                ?? throw new InvalidOperationException("LedgerStore.sln is in no directory above the tests");
        }

        return directory;
    }
}
