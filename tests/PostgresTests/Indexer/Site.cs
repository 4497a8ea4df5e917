using System.Text.Json;
using Dicom2Fhir.Indexer;
using Dicom2Fhir.Indexer.Commands;
using Dicom2Fhir.Store;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Dicom2Fhir.PostgresTests.Indexer;

/// <summary>A site under test: a database, a data folder with the pseudonym key, a folder of files, and the command line on them.</summary>
sealed class Site : IAsyncDisposable
{
    readonly TestServer? server;

    Site(TestServer? server, string connectionString)
    {
        this.server = server;
        ConnectionString = connectionString;
        Database = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        Settings = new Dictionary<string, string> { ["ConnectionStrings__Postgres"] = connectionString, ["Data__Folder"] = DataFolder };
    }

    public string ConnectionString { get; }

    public NpgsqlDataSource Database { get; }

    public Dictionary<string, string> Settings { get; }

    /// <summary>Input files.</summary>
    public string Files { get; } = Directory.CreateTempSubdirectory("d2f-files-").FullName;

    string DataFolder { get; } = Directory.CreateTempSubdirectory("d2f-site-").FullName;

    /// <summary>Over a server of the test's own.</summary>
    public static Site Over(string connectionString) => new(null, connectionString);

    public long FileCount => Directory.EnumerateFiles(Files, "*", SearchOption.AllDirectories).LongCount();

    public static async Task<Site> CreateAsync(TestServer server) => new(server, await server.CreateDatabaseAsync());

    /// <summary>The same key over another, empty database.</summary>
    public async Task<Site> CopyAsync() => WithKey(await CreateAsync(server!));

    /// <summary>The same key over a copy of the database.</summary>
    public async Task<Site> CloneAsync() => WithKey(new Site(server, await server!.CloneDatabaseAsync(ConnectionString)));

    /// <summary>Gives another site the key of this one.</summary>
    public Site WithKey(Site copy)
    {
        foreach (var key in Directory.EnumerateFiles(DataFolder, "*.key")) File.Copy(key, Path.Combine(copy.DataFolder, Path.GetFileName(key)));
        return copy;
    }

    /// <summary>Runs a verb to its end.</summary>
    public Task<CommandResult> RunAsync(params string[] arguments) => IndexerProcess.RunAsync(Settings, arguments);

    /// <summary>Runs a verb that must succeed.</summary>
    public async Task<CommandResult> DoAsync(params string[] arguments)
    {
        var result = await RunAsync(arguments);
        Assert.True(result.ExitCode == 0, $"{string.Join(' ', arguments)}: {result.Errors}{result.Output}");
        return result;
    }

    /// <summary>verify --json within this process: exit code and lines.</summary>
    public async Task<(int ExitCode, IReadOnlyList<JsonElement> Lines)> VerifyAsync(bool resume = false)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        var options = new IndexerOptions { TimeZone = zone, DataFolder = DataFolder, Postgres = ConnectionString };
        var store = await StoreConnection.OpenForWritingAsync(DataFolder, ConnectionString + ";Pooling=false", zone, TestContext.Current.CancellationToken);
        await using var session = new Session(options, store, json: true, NullLoggerFactory.Instance);
        using var output = new StringWriter();
        var code = await VerifyCommand.RunAsync(session, resume, output, TestContext.Current.CancellationToken);
        return (code, [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)]);
    }

    public IndexerProcess Start(params string[] arguments) => IndexerProcess.Start(Settings, arguments);

    /// <summary>Puts a file into <see cref="Files"/>.</summary>
    public string Add(string name, byte[] content)
    {
        var path = Path.Combine(Files, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    /// <summary>Everything that is stored: type, id and content hash, one a line.</summary>
    public async Task<string> ContentAsync() => await ValueAsync<string>(
        "select coalesce(string_agg(type || ' ' || id || ' ' || encode(content_hash, 'hex'), E'\\n' order by type, id), '') from resource where not deleted");

    public async Task<T> ValueAsync<T>(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        if (server is not null) await server.DropDatabaseAsync(ConnectionString);
        Directory.Delete(Files, recursive: true);
        Directory.Delete(DataFolder, recursive: true);
    }
}
