using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Dicom2Fhir.Load.Run;

/// <summary>A program of ours that runs beside the client: the facade, or the floor.</summary>
sealed class Server : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    readonly Process process;
    readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly StringBuilder errors = new();

    Server(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data?.StartsWith("ready", StringComparison.Ordinal) == true) ready.TrySetResult();
        };
        process.ErrorDataReceived += (_, line) =>
        {
            lock (errors) errors.AppendLine(line.Data);
        };
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => ready.TrySetException(new InvalidOperationException($"{process.StartInfo.Arguments} ended: {errors}"));
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>From the start of the process to its ready line.</summary>
    public TimeSpan Startup { get; private set; }

    /// <summary>Largest resident memory so far, bytes.</summary>
    public long PeakMemory => Peak(process.Id);

    public TimeSpan ProcessorTime
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    public static async Task<Server> StartAsync(string program, IReadOnlyList<string> arguments, params (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo("setsid", ["dotnet", program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var (name, value) in settings) start.Environment[name] = value;
        start.Environment["DOTNET_TieredPGO"] = "0";        // as ./dicom2fhir starts the facade
        start.Environment["DOTNET_GCgen0size"] = "0x1000000";
        var clock = Stopwatch.StartNew();
        var server = new Server(Process.Start(start)!);
        await server.ready.Task.WaitAsync(Patience);
        server.Startup = clock.Elapsed;
        return server;
    }

    /// <summary>VmHWM of a process.</summary>
    public static long Peak(int pid)
    {
        var line = File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(new string([.. line.Where(char.IsAsciiDigit)]), CultureInfo.InvariantCulture) * 1024;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
            await process.WaitForExitAsync().WaitAsync(Patience);
        }

        process.Dispose();
    }
}
