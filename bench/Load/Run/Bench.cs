using System.Globalization;
using Dicom2Fhir.Load.Data;
using Dicom2Fhir.Store;
using Npgsql;

namespace Dicom2Fhir.Load.Run;

/// <summary>What the steps share: data, database, the servers and how long a measurement lasts.</summary>
sealed class Bench : IAsyncDisposable
{
    /// <summary>Goal of rows that are right or wrong, whatever the speed.</summary>
    public const string Correct = "equal to the truth";

    readonly StoreConnection store;
    Server? facade;
    Server? floor;
    Truth? truth;

    Bench(Options options, Results results, StoreConnection store)
    {
        Options = options;
        Results = results;
        this.store = store;
        Source = new StudySource(options.Seed, options.Messy);
        Resources = new StudyResource(Source, instances: false);
    }

    public Options Options { get; }

    public Results Results { get; }

    public StudySource Source { get; }

    public StudyResource Resources { get; }

    public NpgsqlDataSource Database => store.Database;

    public string DataFolder => Path.Combine(Options.Data, "database");

    public Truth Truth => truth ??= Truth.Load(Path.Combine(Options.Data, string.Create(CultureInfo.InvariantCulture, $"truth-{Options.Seed}-{(Options.Messy ? "messy" : "clean")}-{Made}-{Options.Times}.json")), Source, Made, Options.Times);

    /// <summary>Studies of the generator; what is more are copies.</summary>
    public long Made => Options.Studies / Options.Times;

    public Uri FhirBase => new($"http://127.0.0.1:{Options.Port}/fhir/");

    public Uri FloorBase => new($"http://127.0.0.1:{Options.Port + 1}/");

    /// <summary>Longest time of one measurement.</summary>
    public TimeSpan Longest => TimeSpan.FromSeconds(Options.Quick ? 2 : 10);

    /// <summary>Repetitions of one measurement.</summary>
    public int Repetitions => Options.Quick ? 50 : 500;

    public static string Repository { get; } = FindRepository();

    public static string FacadeProgram { get; } = Path.Combine(Repository, "src/FhirFacade/bin/Release/net10.0/Dicom2Fhir.FhirFacade.dll");

    public static string IndexerProgram { get; } = Path.Combine(Repository, "src/Indexer/bin/Release/net10.0/Dicom2Fhir.Indexer.dll");

    public static async Task<Bench> OpenAsync(Options options, Results results)
    {
        Directory.CreateDirectory(options.Data);
        var folder = Path.Combine(options.Data, "database");
        await TuneAsync(folder, options.Buffers);
        return new Bench(options, results, await StoreConnection.OpenForWritingAsync(folder, null, StudyResource.Zone, CancellationToken.None));
    }

    /// <summary>The facade on the measured data, started at first use.</summary>
    public async Task<Server> FacadeAsync() => facade ??= await StartFacadeAsync(DataFolder, Options.Port);

    public async Task StopFacadeAsync()
    {
        if (facade is not null) await facade.DisposeAsync();
        facade = null;
    }

    public static Task<Server> StartFacadeAsync(string folder, int port) =>
        Server.StartAsync(FacadeProgram, ["--data", folder, "--port", port.ToString(CultureInfo.InvariantCulture)], ("Logging__LogLevel__Default", "Warning"));

    /// <summary>The floor programs on the same database.</summary>
    public async Task<Server> FloorAsync() => floor ??= await Server.StartAsync(
        typeof(Bench).Assembly.Location, ["floor", "--port", (Options.Port + 1).ToString(CultureInfo.InvariantCulture), "--connection", Database.ConnectionString]);

    /// <summary>The cluster as it is measured: with the buffers of the goal, until another run sets others.</summary>
    public static async Task TuneAsync(string folder, string buffers)
    {
        await using (var first = await StoreConnection.OpenForWritingAsync(folder, null, StudyResource.Zone, CancellationToken.None))
        {
            await using var show = first.Database.CreateCommand("select pg_size_bytes(current_setting('shared_buffers')) = pg_size_bytes($1)");
            show.Parameters.AddWithValue(buffers);
            if ((bool)(await show.ExecuteScalarAsync())!) return;
            await using var quote = first.Database.CreateCommand("select format('alter system set shared_buffers = %L', $1)");
            quote.Parameters.AddWithValue(buffers);
            await using var set = first.Database.CreateCommand((string)(await quote.ExecuteScalarAsync())!);
            await set.ExecuteNonQueryAsync();
        }       // the last process stops the server; the next start has the new size
    }

    public async Task<T> ValueAsync<T>(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        command.CommandTimeout = 0;
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (floor is not null) await floor.DisposeAsync();
        await StopFacadeAsync();
        await store.DisposeAsync();
    }

    static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Dicom2Fhir.sln"))) folder = folder.Parent;
        return folder.FullName;
    }
}
