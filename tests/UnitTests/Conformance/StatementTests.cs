using Dicom2Fhir.Conformance;
using Dicom2Fhir.Conformance.Profiles;
using Dicom2Fhir.Conformance.Rules;

namespace Dicom2Fhir.UnitTests.Conformance;

public class StatementTests
{
    [Theory]
    [InlineData("2026.0.0", "bildgebung-2026.0.0", 16)]
    [InlineData("2025.0.2", "bildgebung-2025.0.2-snapshots", 13)]
    [InlineData("2027.0.0-ballot", "bildgebung-2027.0.0-ballot", 3)]
    public void Our_statement_compiles_to_the_rule_tree_of_the_published_module(string version, string folder, int profiles)
    {
        Shared.Require();
        var mii = Path.Combine(Repository.Shared!, "mii");
        var published = ConformanceEngine.Shipped.With(PackageReader.Read(Path.Combine(mii, "dependencies")), PackageReader.Read(Path.Combine(mii, folder)));
        var compared = 0;
        var differences = new List<string>();
        foreach (var ours in ConformanceEngine.Shipped.Compiled.Where(p => p.Version == version))
        {
            // A profile that the folder does not hold stays ours and is not compared.
            var theirs = published.Compiled.Single(p => p.Canonical == ours.Canonical);
            if (theirs.Package == ours.Package) continue;
            compared++;
            var (left, right) = (TreeText.Of(ours), TreeText.Of(theirs));
            differences.AddRange(left.Except(right).Select(line => $"{ours.Canonical}: only ours: {line}"));
            differences.AddRange(right.Except(left).Select(line => $"{ours.Canonical}: only published: {line}"));
            Assert.NotEmpty(left);
        }
        Assert.Empty(differences.Except(KnownGaps.Lines.Keys));
        Assert.Equal(profiles, compared);
    }

    [Fact]
    public void The_shipped_profiles_compile_without_a_problem() => Assert.Empty(ConformanceEngine.Shipped.Problems);

    [Fact]
    public void Value_sets_of_the_module_hold_the_published_codes()
    {
        Shared.Require();
        var published = PackageReader.Read(Path.Combine(Repository.Shared!, "mii", "bildgebung-2026.0.0")).ValueSets.Where(set => set.Complete).ToArray();
        Assert.True(published.Length >= 12, $"{published.Length} complete value sets");
        foreach (var set in published.Where(set => ConformanceEngine.Shipped.ValueSets.Find(set.Url) is not null))
        {
            var ours = ConformanceEngine.Shipped.ValueSets.Find(set.Url)!;
            Assert.True(ours.Complete);
            Assert.Equal(Codes(set), Codes(ours));
        }
    }

    static IEnumerable<string> Codes(Dicom2Fhir.Conformance.Terminology.CodeTable set) =>
        set.Systems.SelectMany(s => s.Value.Select(code => $"{s.Key}|{code}")).Order(StringComparer.Ordinal);
}
