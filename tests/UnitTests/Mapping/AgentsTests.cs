using Dicom2Fhir.Conformance;
using Dicom2Fhir.Mapping;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.UnitTests.Mapping;

public sealed class AgentsTests
{
    [Theory]
    [InlineData("Ultravist 370", "V08AB05", "353903006")]
    [InlineData("ISOVUE300/100", "V08AB04", "109219007")]
    [InlineData("11 ml Omniscan", "V08CA03", "354088005")]
    [InlineData("SonoVue", "V08DA05", null)]
    [InlineData("Hausmarke", null, null)]
    public void An_agent_is_text_always_and_coded_where_the_table_knows_it(string header, string? atc, string? snomed)
    {
        var administration = Assert.Single(Build.MapOne((TagMap.ContrastBolusAgent, header)).Administrations);
        var concept = Assert.IsType<CodeableConcept>(administration.Medication);

        Assert.Equal(header, concept.Text);
        Assert.Equal(atc, concept.Coding.SingleOrDefault(coding => coding.System == "http://fhir.de/CodeSystem/bfarm/atc")?.Code);
        Assert.Equal(snomed, concept.Coding.SingleOrDefault(coding => coding.System == "http://snomed.info/sct")?.Code);
        Assert.Equal(MedicationAdministration.MedicationAdministrationStatusCodes.Completed, administration.Status);
    }

    [Fact]
    public void What_is_not_stated_is_unknown_and_the_resource_is_valid()
    {
        var json = MappedJson.Write(Assert.Single(Build.MapOne((TagMap.ContrastBolusAgent, "Gadovist")).Administrations));
        var report = ConformanceEngine.Shipped.Validate(json);

        Assert.True(report.Valid, string.Join('\n', report.Issues));
        Assert.EndsWith("mii-pr-bildgebung-kontrastmittelgabe|2026.0.0", report.ProfileJudgedBy, StringComparison.Ordinal);
        Assert.Contains("\"effectivePeriod\":{\"extension\":[{\"url\":\"http://hl7.org/fhir/StructureDefinition/data-absent-reason\",\"valueCode\":\"unknown\"}]}", json, StringComparison.Ordinal);
        Assert.Contains("\"dose\":{\"_value\":{\"extension\":[{\"url\":\"http://hl7.org/fhir/StructureDefinition/data-absent-reason\",\"valueCode\":\"unknown\"}]},\"unit\":\"mL\",\"system\":\"http://unitsofmeasure.org\",\"code\":\"mL\"}", json, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NONE")]
    [InlineData("ohne KM")]
    [InlineData("")]
    [InlineData("JA")]
    [InlineData("###")]
    public void A_word_that_names_no_agent_makes_no_administration(string header) => Assert.Empty(Build.MapOne((TagMap.ContrastBolusAgent, header)).Administrations);

    [Fact]
    public void Spellings_of_one_substance_are_one_agent_and_series_refer_to_theirs()
    {
        var mapped = Build.Map(
            Series(1, (TagMap.ContrastBolusAgent, "OMNIPAQUE 350")), Series(2, (TagMap.ContrastBolusAgent, "Accupaque")), Series(3, (TagMap.ContrastBolusAgent, "Gadovist")), Series(4));

        Assert.Equal(2, mapped.Administrations.Count);
        Assert.Equal([1, 1, 1, 0], mapped.Study.Series.Select(series => References(series).Count()));
        Assert.Equal(References(mapped.Study.Series[0]), References(mapped.Study.Series[1]));
        Assert.Equal(
            mapped.Administrations.Select(one => "MedicationAdministration/" + one.Id).Order(StringComparer.Ordinal), mapped.Study.Series.SelectMany(References).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_coded_agent_and_its_name_are_one_agent()
    {
        var mapped = Build.MapOne(
            (TagMap.ContrastBolusAgent, "KM 100 ml\\Omnipaque"), (TagMap.ContrastBolusAgentSequence, "1"), (TagMap.ContrastAgentCode.Code, "109218004"), (TagMap.ContrastAgentCode.Scheme, "SCT"),
            (TagMap.ContrastAgentCode.Meaning, "Iohexol"));

        Assert.Equal("V08AB02", Assert.IsType<CodeableConcept>(Assert.Single(mapped.Administrations).Medication).Coding[0].Code);
    }

    [Fact]
    public void Volume_and_start_are_sent_when_all_series_that_name_the_agent_agree()
    {
        (TagRow, string?)[] given =
            [(TagMap.ContrastBolusAgent, "Imeron"), (TagMap.ContrastBolusVolume, "80.0"), (TagMap.ContrastBolusStartTime, "101500"), (TagMap.ContrastBolusStopTime, "101530"), (TagMap.SeriesDate, "20240612")];
        var agreed = Assert.Single(Build.Map(Series(1, given), Series(2, [.. given, (TagMap.ContrastBolusVolume, "80")]), Series(3, (TagMap.ContrastBolusAgent, "Imeron 350"))).Administrations);
        var varied = Build.Map(Series(1, given), Series(2, [.. given, (TagMap.ContrastBolusVolume, "100"), (TagMap.ContrastBolusStartTime, "102000")]));

        Assert.Equal((80m, "2024-06-12T10:15:00+02:00", "2024-06-12T10:15:30+02:00"), (agreed.Dosage!.Dose!.Value, ((Period)agreed.Effective!).Start, ((Period)agreed.Effective).End));
        Assert.Null(Assert.Single(varied.Administrations).Dosage!.Dose!.Value);
        Assert.Null(((Period)varied.Administrations[0].Effective!).Start);
        Assert.Equal(2, varied.Findings.Count(finding => finding.Code == Findings.Varies));
    }

    [Fact]
    public void Instances_of_one_series_that_disagree_about_the_volume_make_it_unknown()
    {
        var mapped = Build.Map(
            Build.Instance("1.2.3.1", "1.1", (TagMap.ContrastBolusAgent, "Imeron"), (TagMap.ContrastBolusVolume, "80")), Build.Instance("1.2.3.1", "1.2", (TagMap.ContrastBolusAgent, "Imeron"), (TagMap.ContrastBolusVolume, "90")),
            Build.Instance("1.2.3.2", "1.3", (TagMap.ContrastBolusAgent, "Imeron"), (TagMap.ContrastBolusVolume, "80")));

        Assert.Null(Assert.Single(mapped.Administrations).Dosage!.Dose!.Value);
    }

    [Fact]
    public void A_bolus_before_midnight_starts_the_day_before_its_acquisition()
    {
        var mapped = Build.MapOne((TagMap.ContrastBolusAgent, "Imeron"), (TagMap.ContrastBolusStartTime, "235900"), (TagMap.AcquisitionDate, "20240102"), (TagMap.AcquisitionTime, "000030"));

        Assert.Equal("2024-01-01T23:59:00+01:00", ((Period)Assert.Single(mapped.Administrations).Effective!).Start);
    }

    static InstanceAttributes Series(int number, params (TagRow, string?)[] values) =>
        Build.Instance($"1.2.3.{number}", $"1.{number}", [(TagMap.SeriesNumber, number.ToString(System.Globalization.CultureInfo.InvariantCulture)), .. values]);

    static IEnumerable<string?> References(ImagingStudy.SeriesComponent series) =>
        series.Extension.SelectMany(extension => extension.Extension).Where(part => part.Url == "contrastBolusDetails").Select(part => ((ResourceReference)part.Value!).Reference);
}
