using Dicom2Fhir.PostgresTests.Store;
using Dicom2Fhir.Store;

namespace Dicom2Fhir.PostgresTests.Indexer;

public sealed class ConformanceRowsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rules_are_counted_by_profile_version_with_examples()
    {
        ProfileAnswer old = new("http://p|1", true, []), next = new("http://p|2", false, [new("card", "Device.owner", "error", 1)]), warned = new("http://p|1", true, [new("binding", "Device.type", "warning", 3)]);
        await new Stock(database.Owner).WriteAsync(
            [.. Enumerable.Range(0, 8).Select(i => Device($"a{i}", old, next)), Device("b", warned, next), Device("c", old)]);

        var profiles = await ConformanceRows.ReadAsync(database.Owner, Cancelled);

        Assert.Equal(["http://p 1 10 10 10", "http://p 2 9 0 0"], profiles.Select(p => $"{p.Profile} {p.Version} {p.Checked} {p.Valid} {p.Decided}"));
        Assert.Equal(["binding Device.type warning 3 b"], profiles[0].Rules.Select(Line));
        var broken = Assert.Single(profiles[1].Rules);
        Assert.Equal((9, 5), (broken.Count, broken.Examples.Count));
        Assert.Equal("a0", broken.Examples[0]);
        Assert.Equal(2, (await ConformanceRows.ReadAsync(database.Facade, Cancelled)).Count);
    }

    static ResourceWrite Device(string id, params ProfileAnswer[] answers) =>
        Stock.Device(id) with { Conformance = new ConformanceState(1, answers[0].Profile, "e") { Answers = answers } };

    static string Line(RuleConformance rule) => $"{rule.Rule} {rule.Expression} {rule.Severity} {rule.Count} {string.Join(' ', rule.Examples)}";
}
