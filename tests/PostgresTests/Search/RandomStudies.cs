using System.Globalization;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.PostgresTests.Search;

/// <summary>Random ImagingStudies over a vocabulary small enough for every query to hit some: values missing, dates of all precisions, midnights and clock changes.</summary>
sealed class RandomStudies(Random random)
{
    public const string Dcm = "http://dicom.nema.org/resources/ontology/DCM";
    public const string Sct = "http://snomed.info/sct";
    public const string Contrast = "https://www.medizininformatik-initiative.de/fhir/ext/modul-bildgebung/StructureDefinition/mii-ex-bildgebung-kontrastmittel";

    public static readonly string[] Modalities = ["CT", "MR", "US", "OT"];
    public static readonly string[] Sites = ["51185008", "69536005", "818981001"];
    public static readonly string[] Sides = ["24028007", "7771000"];
    public static readonly string[] Profiles = ["http://x/p|2026.0.0", "http://x/p|2025.0.2", "http://x/p", "http://x/p/sub|2026.0.0"];

    public static readonly string[] Dates =
    [
        "2023", "2024", "2023-12", "2024-03", "2023-12-31", "2024-01-01", "2024-03-31", "2024-10-27",
        "2023-12-31T23:30:00+01:00", "2023-12-31T23:30:00Z", "2024-01-01T00:00:00+01:00", "2024-03-31T01:59:59+01:00", "2024-03-31T03:00:00+02:00",
        "2024-10-27T02:30:00+02:00", "2024-10-27T02:30:00+01:00", "2024-06-15T12:00:00.123+02:00", "2024-06-15T12:00:00+02:00", "2024-06-15T00:00:00+02:00", "2024-06-14T22:00:00Z",
    ];

    public ImagingStudy Next(string id)
    {
        var study = new ImagingStudy
        {
            Id = id,
            Status = Pick(ImagingStudy.ImagingStudyStatus.Available, ImagingStudy.ImagingStudyStatus.Registered),
            Subject = new ResourceReference(Pick("Patient/p1", "Patient/p2", "Patient/p3", "http://server.example/fhir/Patient/p1", "http://elsewhere.example/Patient/p1")),
            Meta = new Meta { Profile = random.Next(4) == 0 ? [] : [Pick(Profiles)] },
            Started = random.Next(4) == 0 ? null : Pick(Dates),
            Modality = [.. Some(Modalities).Select(code => new Coding(Dcm, code))],
        };
        if (random.Next(5) > 0) study.Identifier.Add(new Identifier("urn:dicom:uid", "urn:oid:1.2." + id[1..]));
        if (random.Next(3) == 0) study.Identifier.Add(new Identifier(Pick(null, "http://acc.example"), "A" + random.Next(4).ToString(CultureInfo.InvariantCulture)));
        for (var i = random.Next(4); i > 0; i--) study.Series.Add(Series());
        return study;
    }

    ImagingStudy.SeriesComponent Series()
    {
        var series = new ImagingStudy.SeriesComponent
        {
            Uid = "1.2.3",
            Modality = new Coding(Pick(Dcm, Dcm, Dcm, null), Pick(Modalities)),
            BodySite = random.Next(3) == 0 ? null : new Coding(Sct, Pick(Sites)),
            Laterality = random.Next(2) == 0 ? null : new Coding(Sct, Pick(Sides)),
            Started = random.Next(3) == 0 ? null : Pick(Dates),
        };
        if (random.Next(2) == 0)
        {
            series.Extension.Add(new Extension { Url = Contrast, Extension = [new Extension("contrastBolus", new FhirBoolean(random.Next(2) == 0))] });
        }

        if (random.Next(2) == 0) series.Performer.Add(new ImagingStudy.PerformerComponent { Actor = new ResourceReference(Pick("Device/d1", "Device/d2")) });
        return series;
    }

    public T Pick<T>(params T[] values) => values[random.Next(values.Length)];

    IEnumerable<string> Some(string[] values) => values.Where(_ => random.Next(3) == 0);
}
