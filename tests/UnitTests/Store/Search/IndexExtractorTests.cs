using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.UnitTests.Store.Search;

public sealed class IndexExtractorTests
{
    const string Contrast = "https://www.medizininformatik-initiative.de/fhir/ext/modul-bildgebung/StructureDefinition/mii-ex-bildgebung-kontrastmittel";

    static readonly DateTime Now = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    static readonly IndexExtractor Extractor = new(TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));

    static ImagingStudy Study(Action<ImagingStudy>? change = null)
    {
        var study = new ImagingStudy { Id = "s", Status = ImagingStudy.ImagingStudyStatus.Available, Subject = new ResourceReference("Patient/p") };
        study.Series.Add(new ImagingStudy.SeriesComponent { Uid = "1", Modality = new Coding("http://dcm", "CT") });
        change?.Invoke(study);
        return study;
    }

    static string[] Terms(string param, ImagingStudy study) =>
        [.. Extractor.Extract(ServedType.ImagingStudy, study, Now).Terms.Where(term => term.Param == param).Select(term => $"{term.Kind} {term.System}|{term.Code.Replace('\u001f', '/')}").Order(StringComparer.Ordinal)];

    [Fact]
    public void Every_value_of_a_token_is_a_term_and_presence_is_one() => Assert.Equal(["p |", "t http://dcm|CT"], Terms("modality", Study()));

    [Fact]
    public void Modality_of_the_study_and_of_its_series_are_apart()
    {
        var study = Study(one => one.Modality.Add(new Coding("http://dcm", "MR")));

        Assert.Equal(["p |", "t http://dcm|MR"], Terms("study-modality", study));
        Assert.Equal(["p |", "t http://dcm|CT"], Terms("modality", study));
    }

    [Fact]
    public void What_is_known_before_and_what_the_writer_adds_are_all_of_it()
    {
        var study = Study(one => one.Started = "2024-02-03T10:00:00+01:00");
        var (content, writing) = (Extractor.OfContent(ServedType.ImagingStudy, study), Extractor.OfWriting(ServedType.ImagingStudy, Now));
        var all = Extractor.Extract(ServedType.ImagingStudy, study, Now);

        Assert.Equal(all.Terms.ToHashSet(), [.. content.Terms, .. writing.Terms]);
        Assert.Equal(all.Dates.ToHashSet(), [.. content.Dates, .. writing.Dates]);
        Assert.Equal((all.Patient, all.Started), (content.Patient, content.Started));
        Assert.DoesNotContain(content.Terms, term => term.Param == "_lastUpdated");
        Assert.Equal(["_lastUpdated"], writing.Terms.Select(term => term.Param).Distinct());
        Assert.Equal((0, 0, 0, 0), (writing.Numbers.Count, writing.Strings.Count, writing.References.Count, writing.Identifiers.Count));
    }

    [Fact]
    public void What_is_absent_has_no_term()
    {
        Assert.Empty(Terms("series-bodysite", Study()));
        Assert.Empty(Terms("started", Study()));
        Assert.Empty(Terms("contrast-bolus", Study()));
        Assert.Empty(Terms("modality-body-site", Study()));
    }

    [Fact]
    public void Status_has_the_system_of_its_value_set() =>
        Assert.Equal(["p |", "t http://hl7.org/fhir/imagingstudy-status|available"], Terms("status", Study()));

    [Fact]
    public void A_composite_takes_both_parts_of_one_series()
    {
        var study = Study(one =>
        {
            one.Series[0].BodySite = new Coding("http://sct", "1");
            one.Series.Add(new ImagingStudy.SeriesComponent { Uid = "2", Modality = new Coding("http://dcm", "MR"), BodySite = new Coding("http://sct", "2") });
        });

        Assert.Equal(["c |http://dcm/CT/http://sct/1", "c |http://dcm/MR/http://sct/2", "p |"], Terms("modality-body-site", study));
    }

    [Theory]
    [InlineData(true, "t |true")]
    [InlineData(false, "t |false")]
    public void Contrast_is_true_or_false_where_a_series_says_so(bool given, string term)
    {
        var study = Study(one => one.Series[0].Extension.Add(new Extension { Url = Contrast, Extension = [new Extension("contrastBolus", new FhirBoolean(given))] }));

        Assert.Equal(["p |", term], Terms("contrast-bolus", study));
    }

    [Theory]
    [InlineData("2024-01-01T00:30:00+01:00", new[] { "d |2024-01-01", "m |2024-01", "p |", "y |2024" })]
    [InlineData("2023-12-31T23:30:00Z", new[] { "d |2024-01-01", "m |2024-01", "p |", "y |2024" })]
    [InlineData("2024-02-03", new[] { "d |2024-02-03", "m |2024-02", "p |", "y |2024" })]
    [InlineData("2024-02", new[] { "p |", "v |2024-02" })]
    [InlineData("2024", new[] { "p |", "v |2024" })]
    public void Days_are_those_of_the_zone_and_coarse_dates_stay_coarse(string started, string[] terms)
    {
        var study = Study(one => one.Started = started);

        Assert.Equal(terms, Terms("started", study));
        Assert.Single(Extractor.Extract(ServedType.ImagingStudy, study, Now).Dates, row => row.Param.Param == "started");
    }

    [Fact]
    public void Patient_and_start_go_into_the_search_row()
    {
        var entries = Extractor.Extract(ServedType.ImagingStudy, Study(one => one.Started = "2024-02-03T10:00:00+01:00"), Now);

        Assert.Equal("p", entries.Patient);
        Assert.Equal(new DateTime(2024, 2, 3, 9, 0, 0, DateTimeKind.Utc), entries.Started);
        Assert.Contains(entries.References, row => row is { Param.Param: "patient", Target: "Patient/p" });
    }

    [Fact]
    public void An_identifier_is_found_by_value_by_system_and_by_both()
    {
        var study = Study(one => one.Identifier.Add(new Identifier("urn:dicom:uid", "urn:oid:1.2")));

        var hashes = Extractor.Extract(ServedType.ImagingStudy, study, Now).Identifiers.Where(row => row.Param.Param == "identifier").Select(row => row.Hash).ToList();

        Assert.Equal(3, hashes.Distinct().Count());
        Assert.Contains(Hashes.Identifier("urn:dicom:uid", "urn:oid:1.2"), hashes);
        Assert.Contains(Hashes.Identifier(null, "urn:oid:1.2"), hashes);
        Assert.DoesNotContain(Hashes.Identifier("", "urn:oid:1.2"), hashes);
    }

    [Fact]
    public void Every_type_has_the_common_parameters()
    {
        var entries = Extractor.Extract(ServedType.Device, new Device { Id = "d", Meta = new Meta { Profile = ["http://x|1"] } }, Now);

        Assert.Contains(entries.Terms, term => term is { Param: "_profile", Kind: 'u', Code: "http://x|1" });
        Assert.Contains(entries.Terms, term => term is { Param: "_lastUpdated", Kind: 'd', Code: "2026-01-02" });
    }

    [Fact]
    public void The_contrast_extension_is_the_one_the_mapping_writes() => Assert.Equal(Dicom2Fhir.Mapping.Mii.ContrastExtension, Contrast);

    [Fact]
    public void A_name_means_one_parameter_of_a_type() =>
        Assert.All(ServedType.All, type => Assert.Distinct(SearchParameters.Of(type).SelectMany(parameter => parameter.Names)));
}
