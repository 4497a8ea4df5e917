namespace Dicom2Fhir.Dicom;

/// <summary>
/// One element as the rest of the program wants it: text values already decoded by character set and trimmed of padding, control characters as they are; numbers, binary ones too, as
/// invariant text; AT values as eight hex digits; OB OD OF OL OV OW and UN without values.
/// </summary>
/// <param name="Vr">Two letters, the effective one (dictionary VR where the file says UN or lies).</param>
/// <param name="Values">Empty when the element is present without a value; an empty value inside a multi-value is "".</param>
/// <param name="Items">Items of a sequence; empty for other VRs.</param>
public sealed record Element(Tag Tag, string Vr, IReadOnlyList<string> Values, IReadOnlyList<DataSet> Items);

/// <summary>The kept elements of a data set or item in tag order (PS3.5 section 7). Of elements with the same tag the first counts.</summary>
public sealed class DataSet
{
    readonly Element[] elements;

    public DataSet(IReadOnlyList<Element> elements)
    {
        this.elements = [.. elements];
        if (!IsAscending(this.elements)) this.elements = [.. elements.OrderBy(element => element.Tag.Value).DistinctBy(element => element.Tag)];
    }

    public static DataSet Empty { get; } = new([]);

    public IReadOnlyList<Element> Elements => elements;

    public bool Contains(Tag tag) => Find(tag) is not null;

    public Element? Find(Tag tag)
    {
        int low = 0, high = elements.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = elements[middle].Tag.Value.CompareTo(tag.Value);
            if (order == 0) return elements[middle];
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }

        return null;
    }

    /// <summary>All values; empty when the element is absent or has none.</summary>
    public IReadOnlyList<string> Values(Tag tag) => Find(tag)?.Values ?? [];

    /// <summary>The first value, null when there is none or it is empty.</summary>
    public string? Value(Tag tag) => Values(tag) is [{ Length: > 0 } first, ..] ? first : null;

    /// <summary>The items of a sequence; none when it is absent.</summary>
    public IReadOnlyList<DataSet> Items(Tag tag) => Find(tag)?.Items ?? [];

    static bool IsAscending(Element[] elements)
    {
        for (var i = 1; i < elements.Length; i++)
        {
            if (elements[i - 1].Tag.Value >= elements[i].Tag.Value) return false;
        }

        return true;
    }
}
