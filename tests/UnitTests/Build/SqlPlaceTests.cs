using System.Text.RegularExpressions;

namespace Dicom2Fhir.UnitTests.Build;

/// <summary>SQL is written in one project.</summary>
public sealed partial class SqlPlaceTests
{
    [GeneratedRegex("""\b(select\s.+\sfrom|insert\s+into|update\s+\S+\s+set|delete\s+from|create\s+(table|schema|index|role))\b""", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Sql { get; }

    [GeneratedRegex("\"\"\".*?\"\"\"|\"(?:[^\"\\\\\n]|\\\\.)*\"", RegexOptions.Singleline)]
    private static partial Regex Literal { get; }

    [Fact]
    public void Only_the_store_holds_sql_text()
    {
        var elsewhere = Repository.Files("src", "*.cs")
            .Where(file => !file.Contains("/src/Store/", StringComparison.Ordinal))
            .SelectMany(file => Literal.Matches(File.ReadAllText(file)).Where(literal => Sql.IsMatch(literal.Value)).Select(literal => $"{file}: {literal.Value}"));

        Assert.Empty(elsewhere);
    }

    [Theory]
    [InlineData("select a from b", true)]
    [InlineData("INSERT INTO x values (1)", true)]
    [InlineData("select the series", false)]
    public void Sql_is_recognised(string text, bool expected) => Assert.Equal(expected, Sql.IsMatch(text));
}
