// The few calls of libsqlite3 that storing records needs. One connection, used by one thread at a time.
using System.Runtime.InteropServices;

namespace LedgerStore.Bench.Peers.Embedded;

internal sealed partial class SqliteConnection : IDisposable
{
    private const string Library = "libsqlite3.so.0";
    private const int Ok = 0;
    private const int Row = 100;
    private const int Done = 101;

    private nint handle;

    public SqliteConnection(string file) => Check(Native.Open(file, out handle), handle);

    public static string Version => Marshal.PtrToStringUTF8(Native.LibraryVersion()) ?? "";

    public void Execute(string statement)
    {
        using SqliteStatement prepared = Prepare(statement);
        prepared.Run();
    }

    public SqliteStatement Prepare(string statement)
    {
        Check(Native.Prepare(handle, statement, -1, out nint prepared, 0), handle);
        return new SqliteStatement(handle, prepared);
    }

    public void Dispose()
    {
        if (handle != 0)
        {
            _ = Native.Close(handle);
            handle = 0;
        }
    }

    internal static void Check(int result, nint connection)
    {
        if (result is not (Ok or Row or Done))
        {
            string text = Marshal.PtrToStringUTF8(Native.ErrorMessage(connection)) ?? "";
            throw new PeerException($"SQLite: error {result}: {text}");
        }
    }

    internal static partial class Native
    {
        [LibraryImport(Library, EntryPoint = "sqlite3_open", StringMarshalling = StringMarshalling.Utf8)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        internal static partial int Open(string file, out nint connection);

        [LibraryImport(Library, EntryPoint = "sqlite3_close")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        internal static partial int Close(nint connection);

        [LibraryImport(Library, EntryPoint = "sqlite3_prepare_v2", StringMarshalling = StringMarshalling.Utf8)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        internal static partial int Prepare(nint connection, string text, int bytes, out nint statement, nint tail);

        [LibraryImport(Library, EntryPoint = "sqlite3_step")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        internal static partial int Step(nint statement);

        [LibraryImport(Library, EntryPoint = "sqlite3_reset")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        internal static partial int Reset(nint statement);

        [LibraryImport(Library, EntryPoint = "sqlite3_finalize")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        internal static partial int Finish(nint statement);

        [LibraryImport(Library, EntryPoint = "sqlite3_bind_int64")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        internal static partial int BindInt64(nint statement, int at, long value);

        [LibraryImport(Library, EntryPoint = "sqlite3_bind_blob")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        internal static partial int BindBlob(nint statement, int at, ReadOnlySpan<byte> value, int bytes, nint copy);

        [LibraryImport(Library, EntryPoint = "sqlite3_errmsg")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        internal static partial nint ErrorMessage(nint connection);

        [LibraryImport(Library, EntryPoint = "sqlite3_libversion")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        internal static partial nint LibraryVersion();
    }
}

/// <summary>A prepared statement. Its connection's error text explains what went wrong.</summary>
internal sealed class SqliteStatement(nint connection, nint handle) : IDisposable
{
    // SQLITE_TRANSIENT: it copies the bytes before the call returns.
    private const nint Copy = -1;

    public void Bind(int at, long value) =>
        SqliteConnection.Check(SqliteConnection.Native.BindInt64(handle, at, value), connection);

    public void Bind(int at, ReadOnlySpan<byte> value) => SqliteConnection.Check(
        SqliteConnection.Native.BindBlob(handle, at, value, value.Length, Copy), connection);

    public void Run()
    {
        SqliteConnection.Check(SqliteConnection.Native.Step(handle), connection);
        SqliteConnection.Check(SqliteConnection.Native.Reset(handle), connection);
    }

    public void Dispose() => _ = SqliteConnection.Native.Finish(handle);
}
