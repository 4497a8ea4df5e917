namespace Dicom2Fhir.Load.Data;

/// <summary>A study of the generator: what the truth of a search is counted from, and what files and resources are made of.</summary>
/// <param name="Index">Its number; with the seed it decides everything below.</param>
/// <param name="Id">Id of the resource, where the generator writes FHIR.</param>
/// <param name="Patient">Number of the patient.</param>
/// <param name="Day">Local day; null: the headers state no valid date.</param>
/// <param name="Clock">Local time; null: the headers state none.</param>
sealed record MadeStudy(
    long Index, string Id, string Uid, long Patient, string PatientId, DateOnly? Day, TimeOnly? Clock, Protocol Protocol, string? Description, IReadOnlyList<MadeSeries> Series)
{
    public bool HasModality(string code) => Series.Any(series => series.Modality == code);

    public bool HasSite(string term) => Series.Any(series => series.Site?.Term == term);
}

/// <param name="Modality">CID 33 code.</param>
/// <param name="ModalityText">As the header says it, where that differs from the code; "": absent.</param>
/// <param name="Site">Null: the header states none the table knows.</param>
/// <param name="SiteText">As the header says it, where that is not the defined term.</param>
/// <param name="Side">L, R, B or null.</param>
/// <param name="Contrast">Null: not stated.</param>
/// <param name="Device">Number of the scanner within its modality.</param>
/// <param name="Technique">Acquisition values that are there.</param>
sealed record MadeSeries(
    string Uid, int Number, string Modality, string? ModalityText, Site? Site, string? SiteText, string? Side, bool? Contrast, string? Description, int Instances,
    int Device, Technique Technique);

/// <summary>Acquisition values; what a modality does not have is null.</summary>
sealed record Technique
{
    public decimal? Kvp { get; init; }

    public decimal? Dose { get; init; }

    public int? Current { get; init; }

    public int? ExposureTime { get; init; }

    public string? Kernel { get; init; }

    public decimal? Field { get; init; }

    public decimal? EchoTime { get; init; }

    public int? RepetitionTime { get; init; }

    public int? FlipAngle { get; init; }

    public decimal? SliceThickness { get; init; }
}
