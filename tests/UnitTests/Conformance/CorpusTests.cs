using Dicom2Fhir.Conformance;

namespace Dicom2Fhir.UnitTests.Conformance;

public class CorpusTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(false, "terminology none against valid")]
    [InlineData(true, "the terminology folder against validWithTerminology")]
    public void Verdicts_agree_with_the_labels(bool withTerminology, string reason)
    {
        Shared.Require();
        var options = new ValidateOptions { Terminology = withTerminology ? Corpus.Loaded() : Corpus.None() };
        var items = Corpus.Items();
        int right = 0, judged = 0;
        foreach (var item in items)
        {
            var report = ConformanceEngine.Shipped.Validate(item.Bytes, options with { Profiles = [item.Profile] });
            var expected = withTerminology ? item.ValidWithTerminology : item.Valid;
            if (!item.Contested) judged++;
            if (!item.Contested && report.Valid == expected) right++;
            if (report.Valid != expected) output.WriteLine($"{(item.Contested ? "contested " : "")}{item.Id}: valid {report.Valid}, label {expected}; {First(report)}");
        }
        output.WriteLine($"{reason}: {right} of {judged}");
        Assert.True(right >= 0.995 * judged, $"{reason}: only {right} of {judged} verdicts agree");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_invalid_item_has_an_error_at_or_below_its_focus(bool withTerminology)
    {
        Shared.Require();
        var options = new ValidateOptions { Terminology = withTerminology ? Corpus.Loaded() : Corpus.None() };
        var missed = new List<string>();
        foreach (var item in Corpus.Items().Where(i => !i.Contested && i.Focus is not null && !(withTerminology ? i.ValidWithTerminology : i.Valid)))
        {
            var report = ConformanceEngine.Shipped.Validate(item.Bytes, options with { Profiles = [item.Profile] });
            if (report.Issues.Any(i => i.Severity == Severity.Error && Corpus.IsAtOrBelow(i.Expression, item.Focus!))) continue;
            missed.Add($"{item.Id} {item.Focus}: {string.Join(" / ", report.Issues.Where(i => i.Severity == Severity.Error).Select(i => i.Expression))}");
        }
        foreach (var line in missed) output.WriteLine(line);
        Assert.Empty(missed);
    }

    static string First(Report report) => report.Issues.FirstOrDefault(i => i.Severity == Severity.Error)?.ToString() ?? "no error";
}
