namespace Dicom2Fhir.Mapping;

/// <summary>The three rows of a code sequence (PS3.3 section 8), one part an item.</summary>
public sealed record CodeRows(TagRow Code, TagRow Scheme, TagRow Meaning);

/// <summary>Items of a code sequence from its rows.</summary>
static class CodedItems
{
    /// <summary>Code and scheme of each item that has both; a code without a scheme means nothing.</summary>
    public static IEnumerable<(string Code, string Scheme)> Of(string? codes, string? schemes) =>
        (codes ?? "").Split('\\')
            .Zip((schemes ?? "").Split('\\'), (code, scheme) => (Code: FhirText.Clean(code), Scheme: FhirText.Clean(scheme)))
            .Where(item => item.Code.Length > 0 && item.Scheme.Length > 0 && item.Code != Reading.Varied && item.Scheme != Reading.Varied);

    /// <summary>Each item that has a code with its scheme, or a meaning.</summary>
    public static IEnumerable<(string Code, string Scheme, string Meaning)> Of(InstanceAttributes instance, CodeRows rows)
    {
        string[] codes = Parts(instance[rows.Code]), schemes = Parts(instance[rows.Scheme]), meanings = Parts(instance[rows.Meaning]);
        for (var i = 0; i < Math.Max(codes.Length, meanings.Length); i++)
        {
            var (code, scheme, meaning) = (At(codes, i), At(schemes, i), At(meanings, i));
            if (code.Length == 0 || scheme.Length == 0) (code, scheme) = ("", "");
            if (code.Length > 0 || meaning.Length > 0) yield return (code, scheme, meaning);
        }
    }

    static string[] Parts(string? text) => string.IsNullOrEmpty(text) || text == Reading.Varied ? [] : text.Split('\\');

    static string At(string[] parts, int index) => index < parts.Length ? FhirText.Clean(parts[index]) : "";
}
