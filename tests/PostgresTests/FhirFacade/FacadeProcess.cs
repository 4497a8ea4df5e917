using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Dicom2Fhir.PostgresTests.FhirFacade;

/// <summary>A facade as a site runs it: its own process, real Kestrel on loopback.</summary>
sealed class FacadeProcess : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);     // a loaded machine makes a cluster in a minute

    readonly Process process;
    readonly StringBuilder output = new();
    readonly StringBuilder errors = new();

    FacadeProcess(Process process, int port)
    {
        this.process = process;
        Port = port;
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = Patience };
        process.OutputDataReceived += (_, line) => Append(output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(errors, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Port { get; }

    public HttpClient Client { get; }

    public string Output => Read(output);

    public string Errors => Read(errors);

    /// <summary>Resident memory in bytes.</summary>
    public long Memory => MemoryOf("VmRSS:");

    /// <summary>The part of it that is in no file: heaps, what the compiler and the C library hold.</summary>
    public long PrivateMemory => MemoryOf("RssAnon:");

    /// <param name="network">Name of a network namespace to run in; null: the tests' own.</param>
    public static FacadeProcess Start(string[] arguments, IReadOnlyDictionary<string, string>? settings = null, int? port = null, string? network = null)
    {
        var chosen = port ?? FreePort();
        string[] within = network is null ? [] : ["netns", "exec", network, "dotnet"];
        var start = new ProcessStartInfo(network is null ? "dotnet" : Tool.Find("ip")!, [.. within, Path.Combine(AppContext.BaseDirectory, "Dicom2Fhir.FhirFacade.dll"), .. arguments, "--port", chosen.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        start.Environment["Metrics__Port"] = "0";       // facades of several tests run side by side
        foreach (var (name, value) in settings ?? new Dictionary<string, string>()) start.Environment[name] = value;
        return new FacadeProcess(Process.Start(start)!, chosen);
    }

    public async Task ReadyAsync()
    {
        for (var waited = Stopwatch.StartNew(); !Output.StartsWith("ready ", StringComparison.Ordinal); await Task.Delay(50))
        {
            Assert.False(process.HasExited, Errors);
            Assert.True(waited.Elapsed < Patience, "the facade was not ready in time: " + Errors);
        }
    }

    /// <summary>Until it listens, ready or not.</summary>
    public async Task ListeningAsync()
    {
        for (var waited = Stopwatch.StartNew(); ; await Task.Delay(50))
        {
            Assert.True(waited.Elapsed < Patience && !process.HasExited, Errors);
            try
            {
                using var _ = await Client.GetAsync("/livez");
                return;
            }
            catch (HttpRequestException)
            {
                // not yet
            }
        }
    }

    /// <summary>As a service manager stops it.</summary>
    public async Task<int> TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        return await ExitAsync();
    }

    /// <summary>As a power cut ends it.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await ExitAsync();
    }

    public async Task<int> ExitAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(limit.Token);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!process.HasExited) await TerminateAsync();
        process.Dispose();
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    static void Append(StringBuilder lines, string? line)
    {
        lock (lines)
        {
            if (line is not null) lines.AppendLine(line);
        }
    }

    long MemoryOf(string name) => File.ReadLines($"/proc/{process.Id}/status").Where(line => line.StartsWith(name, StringComparison.Ordinal))
        .Select(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024).Single();

    static string Read(StringBuilder lines)
    {
        lock (lines) return lines.ToString();
    }
}
