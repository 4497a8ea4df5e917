using Hl7.Fhir.Model;

namespace Dicom2Fhir.Store.Search.Parameters;

/// <summary>Rows of ImagingStudy over the extensions of the module Bildgebung, and our own composites of one series.</summary>
static class SeriesParameters
{
    const string Module = "https://www.medizininformatik-initiative.de/fhir/ext/modul-bildgebung/StructureDefinition/mii-ex-bildgebung-";
    const string Ct = Module + "modalitaet-ct";
    const string Mg = Module + "modalitaet-mg-cr-dx";
    const string Mr = Module + "modalitaet-mr";
    const string Nm = Module + "modalitaet-nm";
    const string Pt = Module + "modalitaet-pt";
    const string Us = Module + "modalitaet-us";
    internal const string Contrast = Module + "kontrastmittel";

    const string Of = DefinedBy.Mii + "imaging-study-series-";
    const string OfInstance = DefinedBy.Mii + "imaging-study-instance-";

    static readonly ParameterRows<ImagingStudy> Row = new(ServedType.ImagingStudy);

    public static IReadOnlyList<SearchParameter> Rows { get; } =
    [
        Row.String("bildgebungsgrund", study => Values(study, Module + "bildgebungsgrund"), DefinedBy.Mii + "imaging-study-bildgebungsgrund", "Reason for the imaging, as text."),
        Row.Boolean("contrast-bolus", Part("contrastBolus", Contrast), Of + "contrast-bolus",
            "true: a series states contrast; false: a series denies it; :missing=true: no series says anything."),
        Row.Reference("contrast-bolus-details", ["MedicationAdministration", "MedicationStatement"], study => Parts(study.Series, [Contrast], "contrastBolusDetails").OfType<ResourceReference>(),
            Of + "contrast-bolus-details", "The administration of the agent; chain to it: contrast-bolus-details.code=...|V08AB02."),
        Row.Quantity("ctdi-volume", Part("CTDIvol", Ct), Of + "ctdi-volume", "CTDIvol of any series (mGy)."),
        Row.Quantity("exposure-time", Part("exposureTime", Ct, Mg), Of + "exposure-time", "Exposure time of any series (ms); CT, MG, CR and DX."),
        Row.Quantity("exposure", Part("exposure", Ct, Mg), Of + "exposure", "Exposure of any series (mA.s); CT, MG, CR and DX."),
        Row.Quantity("x-ray-tube-current", Part("xRayTubeCurrent", Ct, Mg), Of + "xray-tube-current", "Tube current of any series (mA); CT, MG, CR and DX.")
            with { Names = ["x-ray-tube-current", "xray-tube-current"] },
        Row.Quantity("kvp", Part("KVP", Ct, Mg), Of + "kvp", "Peak kilovoltage of any series (kV); CT, MG, CR and DX."),
        Row.Token("view-position", Part("viewPosition", Mg), Of + "view-position", "View of any MG, CR or DX series."),
        Row.String("convolutional-kernel", Part("convolutionalKernel", Ct), Of + "convolutional-kernel", "Kernel of any CT series."),
        Row.Quantity("magnetic-field-strength", Part("magneticFieldStrength", Mr), Of + "magnetic-field-strength", "Field strength of any MR series (T)."),
        Row.Token("scanning-sequence", Part("scanningSequence", Mr), Of + "scanning-sequence", "Sequence of any MR series."),
        Row.Token("scanning-sequence-variant", Part("scanningSequenceVariant", Mr), Of + "scanning-sequence-variant", "Sequence variant of any MR series."),
        Row.Quantity("echo-time", Part("echoTime", Mr), Of + "echo-time", "Echo time of any MR series (ms)."),
        Row.Quantity("repetition-time", Part("repetitionTime", Mr), Of + "repetition-time", "Repetition time of any MR series (ms)."),
        Row.Quantity("inversion-time", Part("inversionTime", Mr), Of + "inversion-time", "Inversion time of any MR series (ms)."),
        Row.Quantity("flip-angle", Part("flipAngle", Mr), Of + "flip-angle", "Flip angle of any MR series (deg)."),
        Row.Token("radiopharmaceutical", Part("radiopharmaceutical", Pt, Nm), Of + "radiopharmaceutical", "Radiopharmaceutical of any PT or NM series."),
        Row.Token("radionuclide", Part("radionuclide", Pt, Nm), Of + "radionuclide", "Radionuclide of any PT or NM series."),
        Row.Quantity("tracer-exposure-time", Part("tracerExposureTime", Pt, Nm), Of + "tracer-exposure-time", "Time between tracer and acquisition of any PT or NM series."),
        Row.Token("units", Part("units", Pt, Nm), Of + "units", "Unit of the pixel values of any PT or NM series, as a code."),
        Row.Quantity("radionuclide-total-dose", Part("radionuclideTotalDose", Pt, Nm), Of + "radionuclide-total-dose", "Dose of any PT (Bq) or NM (MBq) series: name the unit."),
        Row.Quantity("radionuclide-half-life", Part("radionuclideHalfLife", Pt, Nm), Of + "radionuclide-half-life", "Half-life of the nuclide of any PT or NM series."),
        Row.Token("series-type", Part("seriesType", Pt), Of + "series-type", "Series type of any PT series."),
        Row.Token("transducer-type", Part("transducerType", Us), Of + "transducer-type", "Transducer of any US series."),
        Row.Quantity("transducer-frequency", Part("transducerFrequency", Us), Of + "transducer-frequency", "Transducer frequency of any US series."),
        Row.Quantity("pulse-repetition-frequency", Part("pulseRepetitionFrequency", Us), Of + "pulse-frequency", "Pulse repetition frequency of any US series.")
            with { Names = ["pulse-repetition-frequency", "pulse-frequency"] },
        Row.Boolean("ultrasound-color", Part("ultrasoundColor", Us), Of + "ultrasound-color",
            "Colour in any US series. The published expression reads ultrasoundPresent, which no extension defines; read as ultrasoundColor."),
        Row.Quantity("slice-thickness", study => study.Series.SelectMany(series => Values(series, Module + "serie-schichtdicke")), Of + "slice-thickness", "Slice thickness of any series (mm)."),
        Row.Quantity("instance-pixel-spacing-x", InstancePart("pixelSpacingX"), OfInstance + "pixel-x", "Horizontal pixel spacing of any instance (mm).") with { IsOfInstances = true },
        Row.Quantity("instance-pixel-spacing-y", InstancePart("pixelSpacingY"), OfInstance + "pixel-y", "Vertical pixel spacing of any instance (mm).") with { IsOfInstances = true },
        Row.Quantity("instance-slice-thickness", InstancePart("sliceThickness"), OfInstance + "slice-thickness", "Slice thickness of any instance (mm).") with { IsOfInstances = true },
        Row.Boolean("instance-burned-in-annotation", InstancePart("burnedInAnnotation"), OfInstance + "burned-in-annotation", "Whether any instance states text burned into its pixels.") with { IsOfInstances = true },
        Row.Token("instance-image-type", InstancePart("imageType"), OfInstance + "image-type", "Image type of any instance.") with { IsOfInstances = true },
        Own("series-modality-contrast", [Modality, Given], series => ImagingStudyParameters.Parts([series.Modality], ContrastOf(series)),
            "Modality and contrast of one and the same series: CT$true."),
        Own("series-bodysite-contrast", [BodySite, Given], series => ImagingStudyParameters.Parts([series.BodySite], ContrastOf(series)),
            "Body site and contrast of one and the same series: 51185008$true."),
        Own("series-modality-bodysite-contrast", [Modality, BodySite, Given], series => ImagingStudyParameters.Parts([series.Modality], [series.BodySite], ContrastOf(series)),
            "Modality, body site and contrast of one and the same series: CT$51185008$true."),
        Own("series-modality-bodysite-laterality", [Modality, BodySite, Side], series => ImagingStudyParameters.Parts([series.Modality], [series.BodySite], [series.Laterality]),
            "Modality, body site and laterality of one and the same series: MR$72696002$7771000."),
    ];

    static CompositePart Modality => new("modality", SearchKind.Token);

    static CompositePart BodySite => new("series-bodysite", SearchKind.Token);

    static CompositePart Side => new("series-laterality", SearchKind.Token);

    static CompositePart Given => new("contrast-bolus", SearchKind.Token);

    static SearchParameter Own(string name, CompositePart[] parts, Func<ImagingStudy.SeriesComponent, IReadOnlyList<IEnumerable<Base?>>> tuple, string documentation) =>
        Row.Composite(name, parts, study => study.Series.Select(tuple), OwnParameters.Canonical(name), documentation) with { Expression = "ImagingStudy.series" };

    // A part of one of several extensions of every series.
    static Func<ImagingStudy, IEnumerable<Base?>> Part(string name, params string[] extensions) => study => Parts(study.Series, extensions, name);

    static Func<ImagingStudy, IEnumerable<Base?>> InstancePart(string name) => study => Parts(ImagingStudyParameters.Instances(study), [Module + "instanz-details"], name);

    static IEnumerable<Base?> ContrastOf(ImagingStudy.SeriesComponent series) => Parts([series], [Contrast], "contrastBolus");

    static IEnumerable<Base?> Parts(IEnumerable<IExtendable> elements, string[] extensions, string name)
    {
        foreach (var element in elements)
        {
            foreach (var extension in element.Extension)
            {
                if (!extensions.Contains(extension.Url)) continue;
                foreach (var part in extension.Extension)
                {
                    if (part.Url == name) yield return part.Value;
                }
            }
        }
    }

    static IEnumerable<Base?> Values(IExtendable element, string extension) => element.Extension.Where(one => one.Url == extension).Select(one => one.Value);
}
