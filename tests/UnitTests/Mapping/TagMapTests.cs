using Dicom2Fhir.Dicom;
using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.UnitTests.Mapping;

public sealed class TagMapTests
{
    [Fact]
    public void Rows_know_their_place_and_no_keyword_or_path_occurs_twice()
    {
        Assert.Equal(Enumerable.Range(0, TagMap.All.Count), TagMap.All.Select(row => row.Index));
        Assert.Equal(TagMap.All.Count, TagMap.All.Select(row => row.Keyword).Distinct().Count());
        Assert.Equal(TagMap.All.Count, TagMap.All.Select(row => row.Path).Distinct().Count());
    }

    [Fact]
    public void Nothing_of_the_patient_group_is_kept_as_it_is_but_size_and_weight() =>
        Assert.All(
            TagMap.All.Where(row => row.Path.Leaf.Group == 0x0010 && row != TagMap.PatientSize && row != TagMap.PatientWeight),
            row => Assert.Contains(row.Privacy, (Privacy[])[Privacy.PatientId, Privacy.PatientIdIssuer, Privacy.ScrubberOnly]));

    [Fact]
    public void Every_row_is_read_by_the_readers() =>
        Assert.All(TagMap.All.SelectMany(row => row.Paths), path => Assert.True(Reads(TagMap.ReadSet, path.Tags.AsSpan())));

    [Fact]
    public void Every_target_element_has_a_row_that_leads_it() =>
        Assert.All(
            TagMap.All.Where(row => row.Target.Length > 0),
            row => Assert.Contains(TagMap.All, lead => lead.Conversion is not Conversion.None && row.Target.Split(", ").Any(target => Leads(lead, target))));

    [Theory]
    [InlineData("1.2.3\0", "1.2.3", "NUL is the padding of UI")]
    [InlineData(" 1.2.3 \r\n", "1.2.3", "blanks and line ends of real devices")]
    [InlineData("1.02.3", "1.02.3", "leading zeros are tolerated")]
    public void Uids_lose_their_padding(string header, string expected, string reason)
    {
        var extracted = Assert.IsType<ExtractResult.Instance>(TagMap.Extract(Minimal(("0020,000D", header))));

        Assert.True(expected == extracted.Attributes.StudyUid, reason);
    }

    [Theory]
    [InlineData("0020,000D", null, "no-study-uid")]
    [InlineData("0020,000D", "", "no-study-uid")]
    [InlineData("0020,000E", "\0", "no-series-uid")]
    [InlineData("0008,0018", null, "no-sop-uid")]
    [InlineData("0008,0018", "1.2.A", "bad-uid")]
    [InlineData("0020,000E", "1.2.3 4", "bad-uid")]
    [InlineData("0020,000D", "...", "bad-uid")]
    [InlineData("0020,000D", "1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17.18.19.20.21.22.23.24.25", "bad-uid")]
    [InlineData("0010,0020", null, "no-patient-id")]
    [InlineData("0010,0020", "  ", "no-patient-id")]
    public void What_is_missing_is_named(string tag, string? value, string reason) =>
        Assert.Equal(reason, Assert.IsType<ExtractResult.Refused>(TagMap.Extract(Minimal((tag, value)))).Reason);

    [Theory]
    [InlineData("0008,0016", "1.2.840.10008.1.3.10", "dicomdir")]
    [InlineData("0002,0002", "1.2.840.10008.1.3.10", "dicomdir")]
    [InlineData("0004,1200", "374", "dicomdir")]
    public void Media_directories_are_skipped(string tag, string value, string reason) =>
        Assert.Equal(reason, Assert.IsType<ExtractResult.Skipped>(TagMap.Extract(Minimal((tag, value)))).Reason);

    [Fact]
    public void A_palette_belongs_to_no_study()
    {
        var palette = Minimal(("0008,0016", "1.2.840.10008.5.1.4.39.1"), ("0020,000D", null), ("0020,000E", null));

        Assert.Equal("no-study", Assert.IsType<ExtractResult.Skipped>(TagMap.Extract(palette)).Reason);
    }

    [Fact]
    public void Values_are_text_with_one_part_an_item()
    {
        var item1 = Build.DataSet(Build.Element("0008,0100", "SH", "T-D4000"), Build.Element("0008,0102", "SH", "SRT"));
        var item2 = Build.DataSet(Build.Element("0008,0102", "SH", "SCT"));
        var data = Minimal(
            [("0008,1030", "Thorax\u0007 \0 nativ"), ("0018,0010", "")], Build.Sequence("0008,2218", item1, item2), Build.Sequence("0018,0012"));

        var instance = Assert.IsType<ExtractResult.Instance>(TagMap.Extract(data)).Attributes;

        Assert.Equal("Thorax nativ", instance[TagMap.StudyDescription]);
        Assert.Equal("T-D4000\\", instance[TagMap.AnatomicRegionCode]);
        Assert.Equal("SRT\\SCT", instance[TagMap.AnatomicRegionScheme]);
        Assert.Equal("", instance[TagMap.ContrastBolusAgent]);
        Assert.Equal("", instance[TagMap.ContrastBolusAgentSequence]);
        Assert.Null(instance[TagMap.SeriesDescription]);
    }

    [Fact]
    public void Parts_of_nested_sequences_stay_aligned()
    {
        var left = Build.DataSet(Build.Element("0008,0100", "SH", "7771000"), Build.Element("0008,0102", "SH", "SCT"));
        var upper = Build.DataSet(Build.Element("0008,0102", "SH", "SCT"));
        var region = Build.DataSet(Build.Sequence("0008,2220", upper, left));
        var data = Minimal([], Build.Sequence("0008,2218", Build.DataSet(), region));

        var instance = Assert.IsType<ExtractResult.Instance>(TagMap.Extract(data)).Attributes;

        Assert.Equal("\\\\7771000", instance[TagMap.AnatomicModifierCode]);
        Assert.Equal("\\SCT\\SCT", instance[TagMap.AnatomicModifierScheme]);
    }

    [Fact]
    public void Overlong_text_is_cut_between_words_but_identities_are_not()
    {
        var longText = string.Join(' ', Enumerable.Repeat("Mustermann", 500));
        var instance = Assert.IsType<ExtractResult.Instance>(TagMap.Extract(Minimal(("0008,1030", longText), ("0010,0020", longText)))).Attributes;

        Assert.EndsWith("Mustermann", instance[TagMap.StudyDescription]);
        Assert.InRange(instance[TagMap.StudyDescription]!.Length, 1000, 1024);
        Assert.Equal(longText, instance[TagMap.PatientId]);
    }

    [Fact]
    public void Pseudonymised_uids_are_those_of_the_copy()
    {
        var copy = Build.Instance("1.2.3.1.1").With((row, value) => row.Privacy == Privacy.Uid && value is not null ? "2.25." + value.Length : value);

        Assert.Equal(("2.25.5", "2.25.7", "2.25.9"), (copy.StudyUid, copy.SeriesUid, copy.SopUid));
    }

    static DataSet Minimal(params (string Tag, string? Value)[] changes) => Minimal(changes, []);

    static DataSet Minimal((string Tag, string? Value)[] changes, params Element[] more)
    {
        var values = new Dictionary<string, string?>
        {
            ["0008,0016"] = "1.2.840.10008.5.1.4.1.1.2", ["0008,0018"] = "1.2.3.1.1", ["0010,0020"] = "P1",
            ["0020,000D"] = "1.2.3", ["0020,000E"] = "1.2.3.1",
        };
        foreach (var (tag, value) in changes) values[tag] = value;
        var elements = values.Where(pair => pair.Value is not null)
            .Select(pair => Build.Element(pair.Key, "LO", pair.Value!.Length == 0 ? [] : [pair.Value]));
        return Build.DataSet([.. elements, .. more]);
    }

    static bool Reads(ReadSet set, ReadOnlySpan<Tag> tags) => set.Contains(tags[0]) && (tags.Length == 1 || Reads(set.Items(tags[0]), tags[1..]));

    /// <summary>The Device is one element: the row of its manufacturer makes all of it.</summary>
    static bool Leads(TagRow lead, string target) =>
        lead.Target.Contains(target.StartsWith("Device.", StringComparison.Ordinal) ? "Device." : target, StringComparison.Ordinal);
}
