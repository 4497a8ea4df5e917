using Dicom2Fhir.Load;
using Dicom2Fhir.Load.Run;

namespace Dicom2Fhir.UnitTests.Load;

/// <summary>What the figures of a run rest on beside the data.</summary>
public sealed class BenchRunTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("d2f-bench-").FullName;

    [Fact]
    public void Percentiles_are_those_of_the_nearest_rank()
    {
        var times = new Times();
        for (var i = 100; i >= 1; i--) times.Add(i);

        Assert.Equal(50, times.Median);
        Assert.Equal(95, times.P95);
        Assert.Equal(100, times.Most);
    }

    [Fact]
    public void A_step_is_done_once_a_commit_and_data_set()
    {
        var file = Path.Combine(folder, "results.jsonl");
        new Results(file, "abc 1000 clean").Add([new Row("count", "CT", "GET", 7)]);

        Assert.True(new Results(file, "abc 1000 clean").Has("count"));
        Assert.False(new Results(file, "abc 1000 messy").Has("count"));
        Assert.False(new Results(file, "abd 1000 clean").Has("count"));
    }

    [Fact]
    public void Measuring_a_step_again_replaces_its_rows_alone()
    {
        var file = Path.Combine(folder, "results.jsonl");
        new Results(file, "other").Add([new Row("count", "CT", "GET", 1)]);
        var results = new Results(file, "abc");
        results.Add([new Row("count", "CT", "GET", 7), new Row("page", "MR", "GET", 8)]);
        results.Forget("count");

        Assert.Equal(8, Assert.Single(new Results(file, "abc").Rows).Hits);
        Assert.True(new Results(file, "other").Has("count"));
    }

    [Fact]
    public void The_table_says_what_missed_its_goal()
    {
        var results = new Results(Path.Combine(folder, "results.jsonl"), "abc");
        results.Add([new Row("count", "CT", "modality=a|b", 7, 1.5, 12.5, Goal: "under 6", Met: false)]);

        Assert.Contains("| CT | `modality=a\\|b` | 7 | 1.50 | 12.5 |", results.Table("count"), StringComparison.Ordinal);
        Assert.Contains("**missed**", results.Table("count"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_does_not_fit_the_disk_is_refused()
    {
        Assert.Null(Disk.Refuse(folder, 1));
        Assert.Contains("--studies", Disk.Refuse(folder, Disk.Needed(1_000_000_000_000, 0)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--studies", "many")]
    [InlineData("--studies")]
    [InlineData("--unknown", "1")]
    public void A_wrong_argument_is_named(params string[] arguments)
    {
        Assert.Contains(arguments[0], Assert.Throws<ArgumentException>(() => Options.Parse(arguments)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
