using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Dicom2Fhir.Store;

/// <summary>
/// The private PostgreSQL of a data folder: found running or started, shared by every process that uses the folder, stopped by the last. Unix socket
/// only. Each process holds a shared lock on postgres.lock; postgres.start serialises starting and stopping, so that two processes may begin or end
/// at once. A killed process loses its lock by itself.
/// </summary>
public sealed class EmbeddedCluster : IAsyncDisposable
{
    const string Owner = "dicom2fhir";
    const string Facade = "dicom2fhir_facade";
    const string DatabaseName = "dicom2fhir";

    const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // flock answers EWOULDBLOCK when another process holds the lock
    const int WouldBlock = 11;

    // Half a minute for the children of a killed server to end.
    const int Attempts = 60;

    // sockaddr_un holds 107 bytes; the server appends "/.s.PGSQL.5432" and its lock file's ".lock"
    const int LongestSocketFolder = 107 - 20;

    // Reasons: fits a small machine beside the programs; documents and bits rely on the page cache. jit off: short queries (measured 17 against 14 tps).
    // The log holds no statement, parameter or detail: rows and values stand in those ("Failing row contains ...").
    const string Settings = """
        listen_addresses = ''
        shared_buffers = 256MB
        max_connections = 100
        jit = off
        max_wal_size = 2GB
        checkpoint_timeout = 15min
        log_min_messages = warning
        log_min_error_statement = panic
        log_error_verbosity = terse
        log_parameter_max_length = 0
        log_parameter_max_length_on_error = 0
        """;

    readonly string home;
    readonly string dataFolder;
    readonly FileStream shared;
    bool left;

    EmbeddedCluster(string dataFolder, string home, string socketFolder, FileStream shared)
    {
        this.dataFolder = dataFolder;
        this.home = home;
        this.shared = shared;
        OwnerConnectionString = ConnectionString(socketFolder, Owner, DatabaseName);
        ReaderConnectionString = ConnectionString(socketFolder, Facade, DatabaseName);
    }

    /// <summary>Connection string of the owner: migrates, indexes, imports.</summary>
    public string OwnerConnectionString { get; }

    /// <summary>Connection string of the facade's role: reads public, calls the fold, writes page_query.</summary>
    public string ReaderConnectionString { get; }

    /// <summary>The facade's login role; the migrations grant it what it needs.</summary>
    internal static string FacadeRole => Facade;

    /// <summary>Starts or joins the cluster of <paramref name="dataFolder"/>, creating it on first use.</summary>
    /// <exception cref="StoreException">No programs, no account to run as, or the server does not start; says which.</exception>
    public static async Task<EmbeddedCluster> OpenAsync(string dataFolder, CancellationToken cancellationToken)
    {
        var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(dataFolder));
        CreateFolder(folder);
        using var starting = await LockAsync(Path.Combine(folder, "postgres.start"), cancellationToken);
        var home = Home(folder);
        var socketFolder = SocketFolder(home);
        var shared = OpenLock(Path.Combine(folder, "postgres.lock"), FileAccess.Read, FileShare.Read)
            ?? throw new StoreException($"The lock {Path.Combine(folder, "postgres.lock")} is held by another program: end that and try again.");
        var cluster = new EmbeddedCluster(folder, home, socketFolder, shared);
        try
        {
            if (!await AnswersAsync(socketFolder, cancellationToken)) await StartAsync(home, socketFolder, cancellationToken);
            await CreateDatabaseAsync(socketFolder, cancellationToken);
            return cluster;
        }
        catch
        {
            cluster.Leave();
            throw;
        }
    }

    /// <summary>Stops the server when no other process uses it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (left) return;
        left = true;
        using var stopping = await LockAsync(Path.Combine(dataFolder, "postgres.start"), CancellationToken.None);
        Leave();
    }

    // The caller holds postgres.start.
    void Leave()
    {
        shared.Dispose();
        using var last = OpenLock(Path.Combine(dataFolder, "postgres.lock"), FileAccess.ReadWrite, FileShare.None);
        if (last is null || !File.Exists(Path.Combine(Data(home), "postmaster.pid"))) return;
        ServerProcess.RunAsAccount(Path.Combine(PostgresBinaries.Find(Data(home)), "pg_ctl"), ["-D", Data(home), "-m", "fast", "-w", "-t", "120", "stop"]);
    }

    static string Data(string home) => Path.Combine(home, "data");

    static string Log(string home) => Path.Combine(home, "log");

    static string ConnectionString(string socketFolder, string user, string database) =>
        new NpgsqlConnectionStringBuilder { Host = socketFolder, Username = user, Database = database, Port = 5432 }.ConnectionString;

    static void CreateFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"The data folder {folder} cannot be created: {exception.Message}", exception);
        }
    }

    // The cluster lies in the data folder, or, when the server's account cannot enter that, under the system's state folder; postgres.path names it.
    static string Home(string folder)
    {
        var pointer = Path.Combine(folder, "postgres.path");
        if (File.Exists(pointer)) return Pointed(folder, pointer);

        var home = Path.Combine(folder, "postgres");
        if (ServerProcess.Account is null)
        {
            Directory.CreateDirectory(home);
            return home;
        }

        if (!CanEnter(folder))
        {
            home = Path.Combine("/var/lib/dicom2fhir", ShortHash(folder));
            Directory.CreateDirectory(home);
            File.WriteAllText(pointer, home + "\n");
            File.WriteAllText(Back(home), folder + "\n");
        }

        Directory.CreateDirectory(home);
        Own(home);
        return home;
    }

    // A copied data folder points to the cluster of the original: its lock is another, and the last user of the one would stop the server of the other.
    static string Pointed(string folder, string pointer)
    {
        var home = File.ReadAllText(pointer).Trim();
        var original = File.Exists(Back(home)) ? File.ReadAllText(Back(home)).Trim() : folder;
        if (File.Exists(Path.Combine(original, "postgres.path")) && ServerProcess.Run("test", [original, "-ef", folder]).ExitCode != 0)
        {
            throw new StoreException(
                $"The data folder {folder} is a copy of {original}, whose database lies in {home}: use that one, or remove {pointer} and restore a backup into the copy.");
        }

        if (original != folder) File.WriteAllText(Back(home), folder + "\n");      // it was moved
        return home;
    }

    static string Back(string home) => Path.Combine(home, "data-folder");

    static bool CanEnter(string folder) => ServerProcess.RunAsAccount("test", ["-x", folder]).ExitCode == 0;

    static void Own(string folder)
    {
        var result = ServerProcess.Run("chown", [ServerProcess.Account!, folder]);
        if (result.ExitCode != 0) throw new StoreException($"{folder} cannot be given to the account {ServerProcess.Account}: {result.LastLine}");
        File.SetUnixFileMode(folder, Private);
    }

    static string SocketFolder(string home)
    {
        var folder = Path.Combine(home, "run");
        if (Encoding.UTF8.GetByteCount(folder) > LongestSocketFolder) folder = Path.Combine(Path.GetTempPath(), "dicom2fhir-" + ShortHash(home));
        try
        {
            // Also when it is there: in a shared temporary folder somebody else might have made it.
            Directory.CreateDirectory(folder);
            if (ServerProcess.Account is null) File.SetUnixFileMode(folder, Private);
            else Own(folder);
            return folder;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"The socket folder {folder} cannot be used: {exception.Message}", exception);
        }
    }

    static string ShortHash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];

    static async Task StartAsync(string home, string socketFolder, CancellationToken cancellationToken)
    {
        var programs = PostgresBinaries.Find(Data(home));
        if (!File.Exists(Path.Combine(Data(home), "PG_VERSION"))) Initialise(home, programs);
        RemoveForeignLocks(home, socketFolder);
        File.WriteAllText(Path.Combine(Data(home), "dicom2fhir.conf"), Settings + $"\nunix_socket_directories = '{socketFolder.Replace("'", "''", StringComparison.Ordinal)}'\n");
        var logged = new FileInfo(Log(home)) is { Exists: true, Length: var length } ? length : 0;

        // Right after a kill -9 the old server's children may still hold its memory: retry until they are gone.
        for (var attempt = 0; ; attempt++)
        {
            var started = ServerProcess.RunAsAccount(
                Path.Combine(programs, "pg_ctl"), ["-D", Data(home), "-l", Log(home), "-w", "-t", "120", "start"]);
            if (started.ExitCode == 0) break;
            var reason = Reason(home, logged, started);
            var passes = reason.Contains("shared memory", StringComparison.Ordinal) || reason.Contains("lock file", StringComparison.Ordinal);
            if (!passes || attempt == Attempts) throw new StoreException($"PostgreSQL does not start in {home}: {reason} (log: {Log(home)}).");
            await Task.Delay(500, cancellationToken);
            if (await AnswersAsync(socketFolder, cancellationToken)) break;
        }
    }

    // A copy of a running cluster brings the lock files of the original, whose server lives. Of a moved folder the server itself notices that the old one
    // still runs: its shared memory is found by the inode of the data.
    static void RemoveForeignLocks(string home, string socketFolder)
    {
        var file = Path.Combine(Data(home), "postmaster.pid");
        if (!File.Exists(file) || File.ReadLines(file).ElementAtOrDefault(1) is not { } data || data == Data(home)) return;
        File.Delete(file);
        File.Delete(Path.Combine(socketFolder, ".s.PGSQL.5432.lock"));
    }

    // The first reason this start logged; lines of earlier starts stand before.
    static string Reason(string home, long logged, ServerProcess.Result started)
    {
        if (!File.Exists(Log(home))) return started.LastLine.TrimEnd('.');
        using var log = new StreamReader(Log(home), new FileStreamOptions { Share = FileShare.ReadWrite });
        log.BaseStream.Seek(logged, SeekOrigin.Begin);
        var line = log.ReadToEnd().Split('\n').FirstOrDefault(line => line.Contains("FATAL:", StringComparison.Ordinal));
        return (line is null ? started.LastLine : line[(line.IndexOf("FATAL:", StringComparison.Ordinal) + "FATAL:".Length)..].Trim()).TrimEnd('.');
    }

    static void Initialise(string home, string programs)
    {
        // C.UTF-8 sorts and folds by code point everywhere; where the system lacks it, C does the same for what the schema compares.
        foreach (var locale in new[] { "C.UTF-8", "C" })
        {
            var made = ServerProcess.RunAsAccount(
                Path.Combine(programs, "initdb"),
                ["-D", Data(home), "-U", Owner, "--auth", "trust", "--encoding", "UTF8", "--locale", locale, "--no-instructions", "--data-checksums"]);
            if (made.ExitCode == 0)
            {
                File.AppendAllText(Path.Combine(Data(home), "postgresql.conf"), "\ninclude 'dicom2fhir.conf'\n");
                return;
            }

            if (locale == "C") throw new StoreException($"PostgreSQL cannot make a database cluster in {home}: {made.LastLine}.");
            if (Directory.Exists(Data(home))) Directory.Delete(Data(home), recursive: true);
        }
    }

    // At every opening: a first start may have been cut off in the middle.
    static async Task CreateDatabaseAsync(string socketFolder, CancellationToken cancellationToken)
    {
        await using var maintenance = NpgsqlDataSource.Create(ConnectionString(socketFolder, Owner, "postgres") + ";Pooling=false");
        await using var connection = await maintenance.OpenConnectionAsync(cancellationToken);
        if (await IsMissingAsync(connection, "select 1 from pg_roles where rolname = 'dicom2fhir_facade'", cancellationToken))
        {
            await using var role = new NpgsqlCommand("create role dicom2fhir_facade login", connection);
            await role.ExecuteNonQueryAsync(cancellationToken);
        }

        if (await IsMissingAsync(connection, "select 1 from pg_database where datname = 'dicom2fhir'", cancellationToken))
        {
            await using var create = new NpgsqlCommand("create database dicom2fhir", connection);
            await create.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    static async Task<bool> IsMissingAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellationToken) is null;
    }

    static async Task<bool> AnswersAsync(string socketFolder, CancellationToken cancellationToken)
    {
        if (!File.Exists(Path.Combine(socketFolder, ".s.PGSQL.5432"))) return false;
        try
        {
            await using var connection = new NpgsqlConnection(ConnectionString(socketFolder, Owner, "postgres") + ";Pooling=false;Timeout=5");
            await connection.OpenAsync(cancellationToken);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;       // down, or still starting: pg_ctl tells
        }
    }

    // FileShare on Unix is flock: Read with FileShare.Read a shared lock, FileShare.None an exclusive one; both give up at once when taken.
    static FileStream? OpenLock(string path, FileAccess access, FileShare share)
    {
        try
        {
            return new FileStream(path, new FileStreamOptions { Mode = access == FileAccess.Read ? FileMode.Open : FileMode.OpenOrCreate, Access = Access(path, access), Share = share });
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new StoreException($"The data folder cannot be used: {exception.Message}", exception);
        }
        catch (IOException exception) when (exception.HResult == WouldBlock)
        {
            return null;
        }
        catch (IOException exception)
        {
            throw new StoreException($"The data folder cannot be used: {exception.Message}", exception);
        }
    }

    // OpenOrCreate wants write access; a shared lock is only taken by a reader, so the file is made first.
    static FileAccess Access(string path, FileAccess access)
    {
        if (access == FileAccess.Read && !File.Exists(path)) File.Create(path).Dispose();
        return access;
    }

    static async Task<FileStream> LockAsync(string path, CancellationToken cancellationToken)
    {
        for (var waited = 0; ; waited += 20)
        {
            if (OpenLock(path, FileAccess.ReadWrite, FileShare.None) is { } taken) return taken;
            if (waited > 180_000) throw new StoreException(string.Create(CultureInfo.InvariantCulture, $"The lock {path} has been held for {waited / 1000} s by another process."));
            await Task.Delay(20, cancellationToken);
        }
    }
}
