using System.Diagnostics;
using Dicom2Fhir.Store;

namespace Dicom2Fhir.PostgresTests.Indexer;

/// <summary>Whatever stands in a folder gets one outcome, and nothing of it stops a run.</summary>
public sealed class IndexFilesTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    static readonly string[] Accepted = ["stored", "updated", "unchanged"];

    readonly string folder = Directory.CreateTempSubdirectory("d2f-index-").FullName;
    readonly string data = TestServer.CreateFolder("d2f-data-");

    public async ValueTask InitializeAsync() => await new Ledger(database.Owner).PurgeAsync(TestContext.Current.CancellationToken);

    [Fact]
    public async Task Every_file_of_the_corpus_has_the_outcome_its_row_expects()
    {
        var shared = SharedFiles.Folder("dicom");
        await new IndexRun(database, data).RunAsync(shared);
        var inputs = (await new IndexRun(database, data).InputsAsync()).ToDictionary(line => Path.GetRelativePath(shared, line.Source));
        var rows = SharedFiles.Manifest().ToList();

        Assert.Equal(328, rows.Count);
        Assert.Equal(rows.Select(row => row["file"]).Concat(["MANIFEST.csv", "README.md"]).Order(), inputs.Keys.Order());
        Assert.Equal("", string.Join("\n", rows.Select(row => Deviation(row, inputs[row["file"]])).OfType<string>()));
    }

    [Fact]
    public async Task Links_pipes_devices_and_odd_names_have_an_outcome_each()
    {
        File.WriteAllText(Path.Combine(folder, "line\nend"), "text");
        File.WriteAllText(Path.Combine(folder, "\"quote\t"), "");
        File.CreateSymbolicLink(Path.Combine(folder, "link"), "/etc/passwd");
        File.CreateSymbolicLink(Path.Combine(folder, "loop"), folder);
        File.CreateSymbolicLink(Path.Combine(folder, "nowhere.zip"), "/nowhere");
        foreach (var name in (string[])["fifo", "fifo.zip"])
        {
            using var made = Process.Start("mkfifo", [Path.Combine(folder, name)]);
            await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await ShellAsync("echo x > \"$(printf 'odd\\377')\"");
        var lines = await new IndexRun(database, data).LinesAsync(folder);
        await ShellAsync("rm odd*");                    // .NET finds no file whose name is no text
        Assert.Equal(
            [
                "\"quote\t quarantined empty", "fifo skipped special-file", "fifo.zip skipped special-file", "line\nend skipped not-dicom", "link skipped special-file",
                "loop skipped special-file", "nowhere.zip skipped special-file", "odd? quarantined unreadable",
            ],
            lines);
        Assert.Equal(["/dev/null skipped special-file", "/dev/zero skipped special-file"], await new IndexRun(database, data).LinesAsync(folder, "/dev/null", "/dev/zero"));
    }

    async Task ShellAsync(string command)
    {
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", command]) { WorkingDirectory = folder })!;
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(folder, recursive: true);
        Directory.Delete(data, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Null when the outcome is one the manifest's expectation allows.</summary>
    static string? Deviation(Dictionary<string, string> row, InputLine input)
    {
        var isAccepted = Accepted.Contains(input.Outcome);
        var isAsExpected = row["expect"] switch
        {
            "accept" or "accept-with-warning" => isAccepted,
            "reject" => !isAccepted,
            "partial" => isAccepted || input is { Outcome: "quarantined", Reason: "truncated" },
            "" => isAccepted || IsIncomplete(row, input),
            _ => true,
        };
        return isAsExpected ? null : $"{row["file"]}: {row["expect"]}, but {input.Outcome} {input.Reason}";
    }

    // Real files: the other readers' columns say what the header lacks.
    static bool IsIncomplete(Dictionary<string, string> row, InputLine input) => input.Reason switch
    {
        "dicomdir" => row["sop_class"] == "1.2.840.10008.1.3.10" || row["file"].StartsWith("dicomdir-", StringComparison.Ordinal),
        "no-study" or "no-study-uid" => row["study_uid"].Length == 0,
        "no-series-uid" => row["series_uid"].Length == 0,
        "no-sop-uid" => row["sop_uid"].Length == 0,
        "bad-uid" => !$"{row["study_uid"]}{row["series_uid"]}{row["sop_uid"]}".All(letter => char.IsAsciiDigit(letter) || letter == '.') || row["series_uid"].Contains(' ', StringComparison.Ordinal),
        "no-patient-id" => true,
        "truncated" => row["study_uid"].Length == 0,
        "not-dicom" => row["pydicom"] != "ok",
        _ => false,
    };
}
