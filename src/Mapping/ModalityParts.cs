using Hl7.Fhir.Model;

namespace Dicom2Fhir.Mapping;

/// <summary>Parts of the MII extensions: each conversion adds its own, the first makes the extension.</summary>
static class ModalityParts
{
    /// <summary>Adds a part to the extension of the series' modality when that extension has it.</summary>
    public static void Add(Draft<ImagingStudy.SeriesComponent> series, string part, DataType value) =>
        Add(series.Target.Extension, Mii.ModalityExtension(series.Modality)!, part, value);

    public static void Add(List<Extension> extensions, string url, string part, DataType value)
    {
        var extension = extensions.Find(one => one.Url == url);
        if (extension is null) extensions.Add(extension = new Extension { Url = url });
        extension.Extension.Add(new Extension(part, value));
    }
}
