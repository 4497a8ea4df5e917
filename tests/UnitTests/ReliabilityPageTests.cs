using System.Text.RegularExpressions;

namespace Dicom2Fhir.UnitTests;

/// <summary>docs/reliability.md promises a test for each fault: each exists under the name it gives.</summary>
public sealed partial class ReliabilityPageTests
{
    static readonly string Sources = string.Join('\n', Repository.Files("tests", "*.cs").Select(File.ReadAllText));

    public static TheoryData<string> Names => [.. Quoted.Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs/reliability.md"))).Select(match => match.Groups["name"].Value).Distinct()];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_test_it_names_exists(string name)
    {
        foreach (var part in name.Split('.'))
            Assert.Matches(part.EndsWith("Tests", StringComparison.Ordinal) ? $"class {part}\\b" : $"\\b(Task|void) {part}\\(", Sources);
    }

    [Fact]
    public void Every_test_of_a_fault_stands_on_it()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs/reliability.md"));
        var methods = Repository.Files("tests/PostgresTests/Faults", "*Tests.cs").SelectMany(file => Method.Matches(File.ReadAllText(file))).Select(match => match.Groups["name"].Value);
        Assert.All(methods, method => Assert.Contains(method, page, StringComparison.Ordinal));
    }

    // `ClassTests`, `ClassTests.A_sentence` with or without arguments, `A_sentence`
    [GeneratedRegex(@"`(?<name>([A-Z]\w+Tests(\.\w+)?|[A-Z][a-z]*(_[A-Za-z0-9]+)+))(\([^`]*\))?`")]
    private static partial Regex Quoted { get; }

    [GeneratedRegex(@"public async Task (?<name>\w+)\(")]
    private static partial Regex Method { get; }
}
