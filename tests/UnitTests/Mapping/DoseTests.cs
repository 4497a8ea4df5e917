using Dicom2Fhir.Mapping;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.UnitTests.Mapping;

public sealed class DoseTests
{
    const string Ct = "1.2.840.10008.5.1.4.1.1.2";

    [Theory]
    [InlineData("mGy.cm", "502.3", 502.3)]
    [InlineData("mGycm", "502.3", 502.3)]
    [InlineData("Gy.cm", "0.5023", 502.3)]
    public void Dlp_is_a_total_in_both_spellings_of_its_unit(string unit, string value, double expected)
    {
        var observation = Only(Build.Map(Report(Reports.Ct(value, unit))), "113813");

        Assert.Equal(((decimal)expected, "mGy.cm", "http://unitsofmeasure.org"), Value(observation));
        Assert.Equal("ImagingStudy/" + Build.Map(Report(Reports.Ct(value, unit))).Study.Id, Assert.Single(observation.PartOf).Reference);
        Assert.Equal("Patient/pseudonym1", observation.Subject?.Reference);
    }

    [Theory]
    [InlineData("Gy.m2", "0.00001", "Gy", "0.2", 0.00001, 0.2)]
    [InlineData("Gym2", "0.00001", "mGy", "200", 0.00001, 0.2)]
    [InlineData("dGy.cm2", "1", "Gy", "0.2", 0.00001, 0.2)]
    public void Dose_area_product_and_dose_at_the_reference_point_are_totals(string areaUnit, string area, string pointUnit, string point, double dap, double rp)
    {
        var mapped = Build.Map(Report(Reports.Projection(("113622", area, areaUnit, point, pointUnit))));

        Assert.Equal(((decimal)dap, "Gy.m2", "http://unitsofmeasure.org"), Value(Only(mapped, "113722")));
        Assert.Equal(((decimal)rp, "Gy", "http://unitsofmeasure.org"), Value(Only(mapped, "113725")));
    }

    [Fact]
    public void Two_planes_add_up_and_all_planes_stand_for_them()
    {
        var planes = Build.Map(Report(Reports.Projection(("113620", "1", "Gy.m2", "1", "Gy"), ("113621", "2", "Gy.m2", "1", "Gy"))));
        var all = Build.Map(Report(Reports.Projection(("113620", "1", "Gy.m2", "1", "Gy"), ("113890", "2.5", "Gy.m2", "2", "Gy"))));

        Assert.Equal(3, Value(Only(planes, "113722")).Value);
        Assert.Equal(2.5m, Value(Only(all, "113722")).Value);
    }

    [Fact]
    public void A_unit_that_is_none_of_the_quantity_is_a_finding()
    {
        var mapped = Build.Map(Report(Reports.Ct("5", "mGy")));

        Assert.Empty(mapped.Observations);
        Assert.Contains(mapped.Findings, finding => finding is { Code: Findings.Unmapped, Where: "ContentSequence.ContentSequence.MeasuredValueSequence.NumericValue" });
    }

    [Fact]
    public void Continued_reports_count_once_and_different_ones_add_up()
    {
        var first = Report(Reports.Ct("100", "mGy.cm", ("1.9.1", "5", "100")), sop: "1.8.1");
        var continued = Report(Reports.Ct("300", "mGy.cm", ("1.9.1", "5", "100"), ("1.9.2", "9", "200")), sop: "1.8.2");
        var other = Report(Reports.Ct("50", "mGy.cm", ("1.9.3", "2", "50")), sop: "1.8.3");

        Assert.Equal(300, Value(Only(Build.Map(first, continued), "113813")).Value);
        Assert.Equal(350, Value(Only(Build.Map(first, continued, other), "113813")).Value);
        Assert.Equal(300, Value(Only(Build.Map(first, first.With((row, value) => row == TagMap.SopInstanceUid ? "1.8.9" : value), continued), "113813")).Value);
    }

    [Fact]
    public void Reports_that_overlap_in_another_way_have_no_total()
    {
        var one = Report(Reports.Ct("300", "mGy.cm", ("1.9.1", "5", "100"), ("1.9.2", "5", "200")), sop: "1.8.1");
        var two = Report(Reports.Ct("300", "mGy.cm", ("1.9.2", "5", "200"), ("1.9.3", "5", "100")), sop: "1.8.2");
        var mapped = Build.Map(one, two);

        Assert.DoesNotContain(mapped.Observations, observation => observation.Code.Coding[0].Code == "113813");
        Assert.Equal([100m, 100m, 200m], mapped.Observations.Select(observation => Value(observation).Value).Order());
        Assert.Contains(mapped.Findings, finding => finding.Code == Findings.Varies);
    }

    [Fact]
    public void Ctdi_reaches_the_series_of_its_event()
    {
        var report = Report(Reports.Ct("300", "mGy.cm", ("1.9.1", "5.5", "100"), ("1.9.2", "9", "200")));
        var mapped = Build.Map(
            report, Build.Instance("1.2.3.1", "1.1", (TagMap.IrradiationEventUid, "1.9.2")), Build.Instance("1.2.3.2", "1.2", (TagMap.IrradiationEventUid, "1.9.1"), (TagMap.Ctdi, "7")),
            Build.Instance("1.2.3.3", "1.3", (TagMap.IrradiationEventUid, "1.9.7")), Build.Instance("1.2.3.4", "1.4", (TagMap.IrradiationEventUid, "1.9.1"), (TagMap.SopClassUid, "1.2.840.10008.5.1.4.1.1.7")));

        Assert.Equal([9m, 7m, null, null], Enumerable.Range(1, 4).Select(number => Ctdi(mapped, $"1.2.3.{number}")));
    }

    [Fact]
    public void Without_event_uids_the_only_event_of_the_time_counts()
    {
        (TagRow, string?)[] acquired = [(TagMap.AcquisitionDate, "20240101"), (TagMap.AcquisitionTime, "120100")];
        var report = Build.Instance("1.2.3.9", "1.8", (TagMap.Modality, "SR"), (TagMap.DoseTimes, "20240101120000\\20240101120500"), (TagMap.DoseEventUid, "1.9.1"),
            (TagMap.DoseEventValues, "5 mGy^"));
        var mapped = Build.Map(
            report, Build.Instance("1.2.3.1", "1.1", acquired), Build.Instance("1.2.3.2", "1.2", [.. acquired, (TagMap.ImageType, "ORIGINAL\\PRIMARY\\LOCALIZER")]),
            Build.Instance("1.2.3.3", "1.3", (TagMap.AcquisitionDate, "20240102"), (TagMap.AcquisitionTime, "120100")));

        Assert.Equal([5m, null, null], Enumerable.Range(1, 3).Select(number => Ctdi(mapped, $"1.2.3.{number}")));
    }

    [Fact]
    public void An_event_with_a_start_belongs_to_the_series_behind_it()
    {
        var report = Build.Instance(
            "1.2.3.9", "1.8", (TagMap.Modality, "SR"), (TagMap.DoseEventUid, "1.9.1\\1.9.2"), (TagMap.DoseEventValues, "5 mGy^\\9 mGy^"), (TagMap.DoseEventStarts, "20240101120000\\20240101121000"));
        var mapped = Build.Map(
            report, Build.Instance("1.2.3.1", "1.1", (TagMap.AcquisitionDate, "20240101"), (TagMap.AcquisitionTime, "121005")),
            Build.Instance("1.2.3.2", "1.2", (TagMap.AcquisitionDate, "20240101"), (TagMap.AcquisitionTime, "123000")));

        Assert.Equal([9m, null], Enumerable.Range(1, 2).Select(number => Ctdi(mapped, $"1.2.3.{number}")));
    }

    [Fact]
    public void Voltage_reaches_a_series_whose_header_states_none()
    {
        var report = Report(Reports.WithVoltages(("1.9.1", ["120"]), ("1.9.2", ["100", "100.0"]), ("1.9.3", ["150", "80"]), ("1.9.4", [])));
        (TagRow, string?) Event(int number) => (TagMap.IrradiationEventUid, $"1.9.{number}");
        var mapped = Build.Map(
            report, Build.Instance("1.2.3.1", "1.1", Event(1)), Build.Instance("1.2.3.2", "1.2", Event(2)), Build.Instance("1.2.3.3", "1.3", Event(3)), Build.Instance("1.2.3.4", "1.4", Event(4)),
            Build.Instance("1.2.3.5", "1.5", Event(1), (TagMap.Kvp, "140")), Build.Instance("1.2.3.6", "1.6", Event(1), (TagMap.Kvp, "100")), Build.Instance("1.2.3.6", "1.7", Event(1), (TagMap.Kvp, "80")),
            Build.Instance("1.2.3.7", "1.8", Event(1), (TagMap.Modality, "DX")));

        Assert.Equal([120m, 100m, null, null, 140m, null, null], Enumerable.Range(1, 7).Select(number => CtPart(mapped, $"1.2.3.{number}", "KVP")));
        Assert.Contains(mapped.Findings, finding => finding.Code == Findings.Varies && finding.Where.EndsWith("series 1.2.3.3", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("PT", null, "310", "MBq", 310_000_000.0)]
    [InlineData("NM", "", "0.6", "GBq", 600.0)]
    [InlineData("PT", "2.5E8", "310", "MBq", 250_000_000.0)]
    [InlineData("PT", null, "310", "mL", null)]
    public void The_activity_of_a_radiopharmaceutical_report_fills_what_the_header_leaves_out(string modality, string? header, string activity, string unit, double? expected)
    {
        (TagRow, string?)[] images = [(TagMap.Modality, modality), (TagMap.RadionuclideTotalDose, header)];
        var mapped = Build.Map(Report(Reports.Administered((activity, unit))), Build.Instance("1.1", images));
        var several = Build.Map(Report(Reports.Administered(("310", "MBq"), ("600", "MBq"))), Build.Instance("1.1", [images[0]]));

        Assert.Equal((decimal?)expected, Activity(mapped));
        Assert.Null(Activity(several));
        Assert.Empty(mapped.Observations);

        static decimal? Activity(MappedStudy mapped) =>
            (mapped.Study.Series.Single(series => series.Uid == Build.Series).Extension.SelectMany(extension => extension.Extension)
                .SingleOrDefault(part => part.Url == "radionuclideTotalDose")?.Value as Quantity)?.Value;
    }

    [Theory]
    [InlineData("82.5", "1.78", 82.5, 178.0, 0)]
    [InlineData("82,5", "178", 82.5, 178.0, 1)]
    [InlineData("0", "0", null, null, 2)]
    [InlineData("401", "9", null, null, 2)]
    public void Weight_and_height_are_guarded(string weight, string height, double? kilograms, double? centimetres, int findings)
    {
        var mapped = Build.MapOne((TagMap.PatientWeight, weight), (TagMap.PatientSize, height), (TagMap.StudyDate, "20240101"));

        Assert.Equal(((decimal?)kilograms, (decimal?)centimetres), (Quantity(mapped, "29463-7"), Quantity(mapped, "8302-2")));
        Assert.Equal(findings, mapped.Findings.Count(finding => finding.Code == Findings.Guard));
        Assert.All(mapped.Observations, observation => Assert.Equal("2024-01-01", (observation.Effective as FhirDateTime)?.Value));
        Assert.Empty(mapped.Study.Extension);
    }

    [Fact]
    public void The_study_refers_to_weight_and_height_for_the_ballot_only()
    {
        var mapped = Build.Map(Build.Options with { Target = Mii.Ballot }, Build.Instance("1.1", (TagMap.PatientWeight, "80"), (TagMap.PatientSize, "1.8")));

        Assert.Equal(
            mapped.Observations.Select(observation => "Observation/" + observation.Id).Order(StringComparer.Ordinal),
            mapped.Study.Extension.Select(extension => ((ResourceReference)extension.Value!).Reference!).Order(StringComparer.Ordinal));
        Assert.EndsWith("|2027.0.0-ballot", mapped.Study.Meta!.Profile.Single(), StringComparison.Ordinal);
    }

    static InstanceAttributes Report(Dicom2Fhir.Dicom.Element[] content, string sop = "1.8")
    {
        var data = Build.DataSet([
            .. content, Build.Element("0008,0016", "UI", "1.2.840.10008.5.1.4.1.1.88.67"), Build.Element("0008,0018", "UI", sop), Build.Element("0008,0060", "CS", "SR"),
            Build.Element("0010,0020", "LO", "pseudonym1"), Build.Element("0020,000D", "UI", Build.Study), Build.Element("0020,000E", "UI", "1.2.3.9")]);
        return Assert.IsType<ExtractResult.Instance>(TagMap.Extract(data)).Attributes;
    }

    static Observation Only(MappedStudy mapped, string code) => Assert.Single(mapped.Observations, observation => observation.Code.Coding[0].Code == code);

    static (decimal? Value, string? Code, string? System) Value(Observation observation) =>
        observation.Value is Quantity quantity ? (quantity.Value, quantity.Code, quantity.System) : default;

    static decimal? Quantity(MappedStudy mapped, string code) =>
        mapped.Observations.SingleOrDefault(observation => observation.Code.Coding[0].Code == code)?.Value is Quantity quantity ? quantity.Value : null;

    static decimal? Ctdi(MappedStudy mapped, string series) => CtPart(mapped, series, "CTDIvol");

    static decimal? CtPart(MappedStudy mapped, string series, string part) =>
        mapped.Study.Series.Single(one => one.Uid == series).Extension.SingleOrDefault(extension => extension.Url == Mii.CtExtension)?
            .Extension.SingleOrDefault(one => one.Url == part)?.Value is Quantity quantity ? quantity.Value : null;
}
