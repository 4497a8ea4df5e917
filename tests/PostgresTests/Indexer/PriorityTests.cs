using System.Diagnostics;
using System.Globalization;
using Dicom2Fhir.Store;

namespace Dicom2Fhir.PostgresTests.Indexer;

/// <summary>On the processors that a run and searches share, searches come first.</summary>
public sealed class PriorityTests : IDisposable
{
    const int Lower = 10;

    readonly string folder = TestServer.CreateFolder("d2f-priority-");

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    static int Own => Nice($"/proc/{Environment.ProcessId}/stat");

    public void Dispose() => DataFolder.Delete(folder);

    [Fact]
    public async Task A_run_gives_way_and_the_server_it_started_does_not()
    {
        var pipe = Path.Combine(folder, "resources.ndjson");
        using (var made = Process.Start("mkfifo", [pipe])) await made.WaitForExitAsync(Cancelled);
        using var run = IndexerProcess.StartAsService(new Dictionary<string, string>(), "import", pipe, "--data", folder);
        await using (var writer = new FileStream(pipe, FileMode.Open, FileAccess.Write))       // opens when the run reads
        {
            Assert.All(Directory.GetDirectories($"/proc/{run.ProcessId}/task"), thread => Assert.Equal(Math.Max(Lower, Own), Nice(thread + "/stat")));
            Assert.Equal(OfSession(Lower), NiceOfSession(run.ProcessId));
            var server = File.ReadLines(Path.Combine(DataFolder.HomeOf(folder), "data", "postmaster.pid")).First();
            Assert.Equal(Own, Nice($"/proc/{server}/stat"));
            Assert.Equal(OfSession(0), NiceOfSession(int.Parse(server, CultureInfo.InvariantCulture)));
        }

        Assert.Equal(0, (await run.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task Its_sessions_give_way_and_those_of_searches_do_not()
    {
        await using var writing = await StoreConnection.OpenForWritingAsync(folder, null, TimeZoneInfo.Utc, Cancelled);
        await using var reading = await StoreConnection.OpenForReadingAsync(folder, null, null, Cancelled);
        await using var writer = await writing.Database.OpenConnectionAsync(Cancelled);
        await using var reader = await reading.Read.OpenConnectionAsync(Cancelled);

        Assert.Equal(Math.Max(Lower, Own), Nice($"/proc/{writer.ProcessID}/stat"));
        Assert.Equal(Own, Nice($"/proc/{reader.ProcessID}/stat"));
        Assert.Equal(OfSession(Lower), NiceOfSession(writer.ProcessID));
        Assert.Equal(OfSession(0), NiceOfSession(reader.ProcessID));
    }

    [Fact]
    public async Task The_session_of_a_terminal_keeps_its_priority()
    {
        var before = NiceOfSession(Environment.ProcessId);
        Assert.Equal(0, (await IndexerProcess.RunAsync(new Dictionary<string, string>(), "status", "--data", folder)).ExitCode);

        Assert.Equal(before, NiceOfSession(Environment.ProcessId));
    }

    // Null where the kernel does not group processes by session. The file of a process that is in the first session of all is empty, so its text tells nothing.
    static int? OfSession(int nice) => File.Exists("/proc/self/autogroup") ? nice : null;

    static int? NiceOfSession(int process)
    {
        var group = $"/proc/{process}/autogroup";
        return File.Exists(group) && File.ReadAllText(group) is { Length: > 0 } text ? int.Parse(text.Split(' ')[^1], CultureInfo.InvariantCulture) : null;
    }

    // The 19th field; the second is a name in parentheses, which may hold blanks.
    static int Nice(string stat) => int.Parse(File.ReadAllText(stat).Split(')')[^1].Split(' ')[17], CultureInfo.InvariantCulture);
}
