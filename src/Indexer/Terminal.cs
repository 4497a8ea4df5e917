namespace Dicom2Fhir.Indexer;

/// <summary>Sentences for people, which may hold names of files.</summary>
static class Terminal
{
    /// <summary>One line whatever is in it: a name with line breaks or escape sequences writes no lines of its own and colours nothing.</summary>
    public static string Line(string text) => text.Any(char.IsControl) ? string.Concat(text.Select(letter => char.IsControl(letter) ? '?' : letter)) : text;
}
