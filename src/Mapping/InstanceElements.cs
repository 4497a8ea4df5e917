using System.Globalization;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.Mapping;

/// <summary>Conversions to elements of ImagingStudy.series.instance.</summary>
static class InstanceElements
{
    /// <summary>Modalities whose third value the module has codes for.</summary>
    static readonly string[] TypedModalities = ["CT", "MR", "NM", "US"];

    public static Conversion Uid { get; } = new Conversion.OfInstance(
        "The plain UID.", (instance, row) => instance.Target.Uid = instance.Scope.Instances[0][row]);

    public static Conversion SopClass { get; } = new Conversion.OfInstance(
        "Code urn:oid: with the UID, system urn:ietf:rfc:3986. Instances without one are counted, not listed.",
        (instance, row) => instance.Target.SopClass = new Coding(CodeSystems.Uri, CodeSystems.OidPrefix + instance.Scope.Instances[0][row]));

    public static Conversion Number { get; } = new Conversion.OfInstance(
        "unsignedInt.", (instance, row) => instance.Target.Number = instance.Scope.Smallest(row));

    public static Conversion Title { get; } = new Conversion.OfInstance(
        "This label, else the meaning of (0040,A043), else (0042,0010), else the values of (0008,0008) joined by a backslash.",
        (instance, row) => instance.Target.Title =
            ((TagRow[])[row, TagMap.ConceptNameMeaning, TagMap.DocumentTitle]).Select(one => Scope.Split(instance.Scope.Instances[0][one] ?? "").FirstOrDefault())
                .FirstOrDefault(title => title is not null) ?? JoinedType(instance.Scope.Instances[0][TagMap.ImageType] ?? ""));

    /// <summary>DICOM states the distance of rows (vertical, Y) first, then of columns (horizontal, X) (PS3.3 section 10.7.1.3).</summary>
    public static Conversion Spacing { get; } = new Conversion.OfInstance(
        "pixelSpacingY, millimeter, is the first value (distance of rows), pixelSpacingX the second (of columns); in projection images (0018,1164) stands in.",
        (instance, row) =>
        {
            var stated = ((TagRow[])[row, TagMap.ImagerPixelSpacing]).Select(one => (Row: one, Values: (instance.Scope.Instances[0][one] ?? "").Split('\\')))
                .FirstOrDefault(pair => pair.Values.Length >= 2);
            if (stated.Values is null) return;
            if (Millimetres(instance, stated.Row, stated.Values[1]) is { } x) Add(instance, "pixelSpacingX", Unit.Millimeter.Of(x));
            if (Millimetres(instance, stated.Row, stated.Values[0]) is { } y) Add(instance, "pixelSpacingY", Unit.Millimeter.Of(y));
        });

    public static Conversion Thickness { get; } = new Conversion.OfSeries(
        "sliceThickness of the instance, and of the series when all instances agree; millimeter.",
        (series, row) =>
        {
            if (Measure.Of(series.Scope, [new(row)], Guards.Positive) is { } thickness)
                series.Target.Extension.Add(new Extension(Mii.SliceThicknessExtension, Unit.Millimeter.Of(thickness)));
        },
        (instance, row) =>
        {
            if (Measure.Of(instance.Scope, [new(row)], Guards.Positive) is { } thickness) Add(instance, "sliceThickness", Unit.Millimeter.Of(thickness));
        });

    public static Conversion ImageType { get; } = new Conversion.OfInstance(
        "imageType: the values by ImageTypes.tsv in one concept; value 3 by modality (CT, MR, NM, US), value 4 for NM and US (bits taken apart). Words "
        + "without a code are left out. Without display: the extension stands at every instance.",
        (instance, row) =>
        {
            var values = (instance.Scope.Instances[0][row] ?? "").Split('\\').Select(value => FhirText.Clean(value).ToUpperInvariant()).ToList();
            var codes = values.SelectMany((value, index) => CodesOf(instance, row, value, index + 1)).DistinctBy(code => code.Value).ToList();
            if (codes.Count > 0) Add(instance, "imageType", Technique.Concept(Mii.ImageTypeCodes, codes.Select(code => code with { Display = "" })));
        });

    public static Conversion BurnedIn { get; } = new Conversion.OfInstance(
        "burnedInAnnotation: YES is true, NO false; absent stays absent.",
        (instance, row) =>
        {
            if (Scope.Split(instance.Scope.Instances[0][row] ?? "").FirstOrDefault()?.ToUpperInvariant() is not { } word) return;
            if (word is "YES" or "NO") Add(instance, "burnedInAnnotation", new FhirBoolean(word == "YES"));
            else instance.Scope.Note(Findings.Unmapped, row, Scope.Raw(word));
        });

    /// <summary>Empty values inside keep their place, for the position says what a value means (PS3.3 C.7.6.1.1.2); those at the end go.</summary>
    static string? JoinedType(string text) => FhirText.OrNull(string.Join('\\', text.Split('\\').Select(FhirText.Clean)).TrimEnd('\\'));

    static void Add(Draft<ImagingStudy.InstanceComponent> instance, string part, DataType value) =>
        ModalityParts.Add(instance.Target.Extension, Mii.InstanceExtension, part, value);

    static decimal? Millimetres(Draft<ImagingStudy.InstanceComponent> instance, TagRow row, string text)
    {
        if (FhirText.Clean(text).Length == 0) return null;
        if (DicomNumber.Decimal(text) is not { } value) instance.Scope.Note(Findings.BadNumber, row, Scope.Raw(text));
        else if (value > 0) return Measure.Trimmed(value);
        else instance.Scope.Note(Findings.Guard, row, string.Create(CultureInfo.InvariantCulture, $"{value}: not above 0, left out"));
        return null;
    }

    static IEnumerable<Code> CodesOf(Draft<ImagingStudy.InstanceComponent> instance, TagRow row, string value, int position)
    {
        if (value.Length == 0) return [];
        var modality = position <= 2 ? "" : instance.Modality;
        var key = position.ToString(CultureInfo.InvariantCulture);
        var word = value.Replace(" ", "", StringComparison.Ordinal);
        if (instance.Tables.ImageTypes.TryGetValue((key, modality, word), out var code)) return [code];
        if (position == 4 && modality == "US") return UltrasoundBits(instance.Tables, key, value);

        // From the third value on vendors add words of their own, the fourth and later ones nearly always.
        if (position <= 2 || (position == 3 && TypedModalities.Contains(instance.Modality))) instance.Scope.Note(Findings.Unmapped, row, Scope.Raw(value), FindingSeverity.Information);
        return [];
    }

    /// <summary>PS3.3 C.8.5.6.1.1: the fourth value is a sum of bits in hex, 0011 is 2D imaging with colour Doppler.</summary>
    static IEnumerable<Code> UltrasoundBits(CodeTables tables, string position, string value)
    {
        if (!ushort.TryParse(value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bits)) return [];
        return Enumerable.Range(0, 16).Where(bit => (bits >> bit & 1) == 1)
            .Select(bit => tables.ImageTypes.GetValueOrDefault((position, "US", (1 << bit).ToString("X4", CultureInfo.InvariantCulture)))).OfType<Code>();
    }
}
