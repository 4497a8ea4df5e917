using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Dicom2Fhir.PostgresTests.Indexer;

/// <summary>What a call of the command line gave.</summary>
sealed record CommandResult(int ExitCode, string Output, string Errors)
{
    /// <summary>The last line of --json.</summary>
    public JsonElement Json => JsonDocument.Parse(Lines[^1]).RootElement;

    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>The command line as a site calls it: its own process.</summary>
sealed class IndexerProcess : IDisposable
{
    // Not the copy beside the tests: it lacks packages that the tests have from the ASP.NET framework.
    static readonly string Program = Path.Combine(
        UnitTests.Repository.Root, "src/Indexer", Path.GetRelativePath(Path.Combine(UnitTests.Repository.Root, "tests/PostgresTests"), AppContext.BaseDirectory), "Dicom2Fhir.Indexer.dll");

    static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    readonly Process process;
    readonly Task<string> output;
    readonly Task<string> errors;

    IndexerProcess(Process process)
    {
        this.process = process;
        output = process.StandardOutput.ReadToEndAsync();
        errors = process.StandardError.ReadToEndAsync();
    }

    public bool HasExited => process.HasExited;

    public int ProcessId => process.Id;

    /// <param name="settings">Environment; an empty value takes a setting out.</param>
    public static IndexerProcess Start(IReadOnlyDictionary<string, string> settings, params string[] arguments) => Start("dotnet", settings, [Program, .. arguments]);

    /// <summary>Leader of a session of its own, as a service or a timer starts it.</summary>
    public static IndexerProcess StartAsService(IReadOnlyDictionary<string, string> settings, params string[] arguments) => Start("setsid", settings, ["dotnet", Program, .. arguments]);

    static IndexerProcess Start(string program, IReadOnlyDictionary<string, string> settings, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, StandardOutputEncoding = Encoding.UTF8,
        };
        foreach (var (name, value) in settings) start.Environment[name] = value;
        return new IndexerProcess(Process.Start(start)!);
    }

    public static async Task<CommandResult> RunAsync(IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        using var process = Start(settings, arguments);
        return await process.EndAsync();
    }

    /// <summary>kill -9.</summary>
    public void Kill() => process.Kill();

    /// <summary>As a service manager stops it.</summary>
    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public async Task<CommandResult> EndAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(limit.Token);
        return new CommandResult(process.ExitCode, await output, await errors);
    }

    public void Dispose()
    {
        if (!process.HasExited) process.Kill();
        process.Dispose();
    }
}
