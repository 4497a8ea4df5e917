using Dicom2Fhir.Mapping;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.UnitTests.Mapping;

public sealed class NuclearTests
{
    [Theory]
    [InlineData("FDG", "35321007")]
    [InlineData("FDG -- fluorodeoxyglucose", "35321007")]
    [InlineData("Tc-99m HDP", "53951001")]
    [InlineData("Hausmischung 7", null)]
    public void A_radiopharmaceutical_is_always_text_and_a_code_where_the_table_knows_it(string text, string? code)
    {
        var concept = Assert.IsType<CodeableConcept>(TechniqueTests.Part(Build.MapOne((TagMap.Modality, "PT"), (TagMap.Radiopharmaceutical, text)), "radiopharmaceutical"));

        Assert.Equal((text, code), (concept.Text, concept.Coding.SingleOrDefault()?.Code));
    }

    [Fact]
    public void Codes_of_snomed_rt_are_translated_and_codes_with_a_wrong_check_digit_are_text()
    {
        var mapped = Build.MapOne(
            (TagMap.Modality, "PT"), (TagMap.RadiopharmaceuticalCode.Code, "C-B1031"), (TagMap.RadiopharmaceuticalCode.Scheme, "SRT"), (TagMap.RadiopharmaceuticalCode.Meaning, "Fluorodeoxyglucose F^18^"),
            (TagMap.RadionuclideCode.Code, "77004004"), (TagMap.RadionuclideCode.Scheme, "SCT"), (TagMap.RadionuclideCode.Meaning, "^18^Fluorine"));
        var agent = Assert.IsType<CodeableConcept>(TechniqueTests.Part(mapped, "radiopharmaceutical"));
        var nuclide = Assert.IsType<CodeableConcept>(TechniqueTests.Part(mapped, "radionuclide"));

        Assert.Equal(("35321007", "Fluorodeoxyglucose F18", "Fluorodeoxyglucose F^18^"), (agent.Coding[0].Code, agent.Coding[0].Display, agent.Text));
        Assert.Equal("77004003", nuclide.Coding[0].Code);
    }

    [Theory]
    [InlineData("20240102", "003000", "20240101233000", null, 3600.0)]
    [InlineData("20240102", "003000", null, "233000", 3600.0)]
    [InlineData("20240102", "100000", null, "090000", 3600.0)]
    [InlineData("20240102", "100000", "20231231090000", null, null)]
    [InlineData("20240102", "100000", "20240102110000", null, null)]
    public void Tracer_time_goes_over_midnight_once(string day, string clock, string? start, string? startTime, double? seconds)
    {
        var mapped = Build.MapOne(
            (TagMap.Modality, "PT"), (TagMap.AcquisitionDate, day), (TagMap.AcquisitionTime, clock), (TagMap.RadiopharmaceuticalStartDateTime, start), (TagMap.TracerStartTime, startTime ?? "010203"));

        Assert.Equal((decimal?)seconds, (TechniqueTests.Part(mapped, "tracerExposureTime") as Quantity)?.Value);
        Assert.Equal(seconds is null ? 1 : 0, mapped.Findings.Count(finding => finding.Code == Findings.Guard));
    }

    [Fact]
    public void Tracer_time_of_many_beds_is_that_of_the_first()
    {
        var beds = Enumerable.Range(0, 3).Select(bed => Build.Instance($"1.{bed + 1}", (TagMap.Modality, "PT"), (TagMap.AcquisitionDate, "20240102"), (TagMap.AcquisitionTime, $"10{bed}000"), (TagMap.TracerStartTime, "090000")));

        Assert.Equal(3600, (TechniqueTests.Part(Build.Map([.. beds]), "tracerExposureTime") as Quantity)?.Value);
    }

    [Theory]
    [InlineData("BQML", null, "Bq/ml")]
    [InlineData("GML", null, "g/ml{SUVbw}")]
    [InlineData("GML", "LBM", "g/ml{SUVlbm}")]
    [InlineData("XYZ", null, null)]
    public void Units_are_of_cid_84(string header, string? suv, string? expected)
    {
        var unit = TechniqueTests.Part(Build.MapOne((TagMap.Modality, "PT"), (TagMap.PetUnits, header), (TagMap.SuvType, suv)), "units") as CodeableConcept;

        Assert.Equal(expected, unit?.Coding[0].Code);
        if (expected is not null) Assert.Equal((header, "http://unitsofmeasure.org"), (unit!.Text, unit.Coding[0].System));
    }

    [Fact]
    public void Nm_takes_its_unit_from_rescale_type_or_the_real_world_values()
    {
        var rescaled = Build.MapOne((TagMap.Modality, "NM"), (TagMap.RescaleType, "CNTS"));
        var real = Build.MapOne((TagMap.Modality, "NM"), (TagMap.RealWorldUnits.Code, "Bq/ml"), (TagMap.RealWorldUnits.Scheme, "UCUM"));

        Assert.Equal("{counts}", ((CodeableConcept)TechniqueTests.Part(rescaled, "units")!).Coding[0].Code);
        Assert.Equal("Bq/ml", ((CodeableConcept)TechniqueTests.Part(real, "units")!).Coding[0].Code);
    }

    [Theory]
    [InlineData("WHOLE BODY\\IMAGE", "WHOLEBODY IMAGE")]
    [InlineData("STATIC\\REPROJECTION", "STATIC REPROJECTION")]
    [InlineData("ODD\\IMAGE", "IMAGE")]
    public void Series_type_is_one_concept(string header, string expected)
    {
        var concept = Assert.IsType<CodeableConcept>(TechniqueTests.Part(Build.MapOne((TagMap.Modality, "PT"), (TagMap.SeriesType, header)), "seriesType"));

        Assert.Equal(expected, string.Join(' ', concept.Coding.Select(coding => coding.Code)));
    }
}
