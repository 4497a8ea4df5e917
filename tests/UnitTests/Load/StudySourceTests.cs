using System.Security.Cryptography;
using System.Text;
using Dicom2Fhir.Conformance;
using Dicom2Fhir.Dicom;
using Dicom2Fhir.Load;
using Dicom2Fhir.Load.Data;
using Dicom2Fhir.Mapping;
using Hl7.Fhir.Model;
using BodySite = Dicom2Fhir.Mapping.BodySite;
using Site = Dicom2Fhir.Load.Data.Site;

namespace Dicom2Fhir.UnitTests.Load;

/// <summary>What figures and truth counts rest on: the generator's studies.</summary>
public sealed class StudySourceTests
{
    static readonly MappingOptions Mapping = new()
    {
        TimeZone = StudyResource.Zone,
        MakeId = recipe => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(recipe)))[..32],
    };

    [Fact]
    public void A_study_depends_on_seed_and_index_alone()
    {
        var (one, other) = (new StudySource(7, messy: true), new StudySource(7, messy: true));
        var resources = new StudyResource(one, instances: true);
        var again = new StudyResource(other, instances: true);

        Assert.All(Enumerable.Range(0, 50).Reverse(), i => Assert.Equal(MappedJson.Write(resources.Of(one[i])), MappedJson.Write(again.Of(other[i]))));
        Assert.NotEqual(one[3].Uid, new StudySource(8, messy: true)[3].Uid);
    }

    [Fact]
    public void Identifiers_are_unique()
    {
        var studies = new StudySource(1, messy: false).Range(0, 20_000).ToList();

        Assert.Equal(20_000, studies.Select(study => study.Id).Distinct().Count());
        Assert.Equal(20_000, studies.Select(study => study.Uid).Distinct().Count());
        Assert.Equal(studies.Sum(study => study.Series.Count), studies.SelectMany(study => study.Series).Select(series => series.Uid).Distinct().Count());
    }

    [Fact]
    public void Patients_have_from_one_to_two_hundred_studies()
    {
        var sizes = Enumerable.Range(0, 40_000).GroupBy(index => StudySource.PatientOf(index)).Select(patient => patient.Count()).ToList();

        Assert.Equal(1, sizes.Min());
        Assert.InRange(sizes.Max(), 190, 210);
        Assert.InRange(sizes.Average(), 2, 4);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Resources_are_valid_by_the_profiles(bool messy)
    {
        var source = new StudySource(1, messy);
        var resources = new StudyResource(source, instances: false);
        var full = new StudyResource(source, instances: true);

        Assert.All(source.Range(0, 150), study => Assert.Empty(ErrorsOf(MappedJson.Write(resources.Of(study)))));
        Assert.All(source.Range(0, 8), study => Assert.Empty(ErrorsOf(MappedJson.Write(full.Of(study)))));
    }

    /// <summary>So one truth holds for what the generator writes as FHIR and for what index makes of its files.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Indexing_the_files_finds_what_the_generator_says(bool messy)
    {
        var source = new StudySource(5, messy);
        var (files, resources) = (new StudyFiles(source, 2, 0), new StudyResource(source, instances: false));
        foreach (var study in source.Range(0, 120))
        {
            var expected = resources.Of(study);
            var mapped = Map(files.Of(study).Select(file => file.Content));

            Assert.Equal(expected.Started, mapped.Started);
            Assert.Equal(Codes(expected.Modality), Codes(mapped.Modality));
            Assert.Equal(expected.Series.Count, mapped.Series.Count);
            Assert.All(expected.Series.Zip(mapped.Series), pair => Assert.Equal(Facts(pair.First), Facts(pair.Second)));
        }
    }

    [Fact]
    public void Body_sites_are_those_of_the_mapping()
    {
        Assert.All(Site.All, site => Assert.Equal(site.Code, Assert.IsType<BodySite.Known>(CodeTables.Shipped.BodySites.OfText(site.Term)).Code.Value));
    }

    [Fact]
    public void Files_have_the_size_asked_for()
    {
        var source = new StudySource(1, messy: false);

        Assert.All(source.Range(0, 20).SelectMany(new StudyFiles(source, 1, 4096).Of), file => Assert.InRange(file.Content.Length, 4090, 4096));
    }

    [Fact]
    public void The_criteria_select_what_they_name_and_the_truth_counts_it()
    {
        var source = new StudySource(1, messy: false);
        var truth = Truth.Count(source, 20_000);

        Assert.Equal(20_000, truth.Counts[Truth.Everything]);
        Assert.Equal(0, truth.Counts["no such study"]);
        Assert.All(Criterion.All.Where(criterion => criterion.Name != "no such study"), criterion => Assert.InRange(truth.Counts[criterion.Name], 1, 19_999));
        Assert.Equal(source.Range(0, 20_000).LongCount(study => study.Series.Any(series => series.Modality == "MR")), truth.Counts["MR"]);
    }

    [Fact]
    public void Copies_are_counted_and_have_ids_of_their_own()
    {
        var source = new StudySource(1, messy: false);
        var (once, thrice) = (Truth.Count(source, 500), Truth.Count(source, 500, times: 3));

        Assert.Equal(once.Counts.ToDictionary(pair => pair.Key, pair => 3 * pair.Value), thrice.Counts);
        Assert.Equal([0x1234567890abcdefUL, 0x2234567890abcdefUL, 0x0234567890abcdefUL], [Copy.Digest(0x1234567890abcdefUL, 0), Copy.Digest(0x1234567890abcdefUL, 1), Copy.Digest(0x1234567890abcdefUL, 15)]);
        Assert.Equal(16 * 500, source.Range(0, 500).SelectMany(study => Enumerable.Range(0, Copy.Most).Select(copy => Copy.Digest(Truth.Digest(study.Id), copy))).Distinct().Count());
        Assert.Throws<ArgumentException>(() => Options.Parse(["--studies", "1000", "--made", "300"]));
        Assert.Throws<ArgumentException>(() => Options.Parse(["--studies", "1700", "--made", "100"]));
    }

    [Fact]
    public void Messy_data_lack_what_devices_leave_out()
    {
        var series = new StudySource(1, messy: true).Range(0, 5_000).SelectMany(study => study.Series).ToList();

        Assert.InRange(series.Count(one => one.Site is null) / (double)series.Count, 0.3, 0.6);
        Assert.Contains(series, one => one.ModalityText == "");
    }

    static IEnumerable<Issue> ErrorsOf(string json) => ConformanceEngine.Shipped.Validate(json).Issues.Where(issue => issue.Severity == Severity.Error);

    static ImagingStudy Map(IEnumerable<byte[]> files)
    {
        var series = files.Select(file => TagMap.Extract(Part10Reader.Read(new MemoryStream(file), TagMap.ReadSet, Limits.Default, CancellationToken.None).DataSet))
            .Select(result => Assert.IsType<ExtractResult.Instance>(result).Attributes)
            .GroupBy(instance => instance.SeriesUid).Select(SeriesAttributes.Of);
        return StudyMapper.Map([.. series], Mapping).Study;
    }

    static string Facts(ImagingStudy.SeriesComponent series) =>
        $"{series.Uid} {series.Modality.Code} {series.BodySite?.Code} {series.Laterality?.Code} {series.Started} {Contrast(series)}";

    static bool? Contrast(ImagingStudy.SeriesComponent series) =>
        (series.Extension.SelectMany(extension => extension.Extension).FirstOrDefault(part => part.Url == "contrastBolus")?.Value as FhirBoolean)?.Value;

    static string Codes(IEnumerable<Coding> codings) => string.Join(' ', codings.Select(coding => coding.Code));
}
