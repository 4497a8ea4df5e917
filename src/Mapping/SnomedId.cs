namespace Dicom2Fhir.Mapping;

/// <summary>SNOMED CT identifiers (Release File Specification 6.1): 6 to 18 digits, the last one a Verhoeff check digit.</summary>
static class SnomedId
{
    /// <summary>Multiplication table of the dihedral group D5.</summary>
    static readonly string[] Product =
    [
        "0123456789", "1234067895", "2340178956", "3401289567", "4012395678", "5987604321", "6598710432", "7659821043", "8765932104",
        "9876543210",
    ];

    /// <summary>Permutation of the digits by position.</summary>
    static readonly string[] Permutation =
        ["0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901", "2793806415", "7046913258"];

    public static bool IsValid(string text)
    {
        if (text.Length is < 6 or > 18 || !text.All(char.IsAsciiDigit) || text[0] == '0') return false;
        var check = 0;
        for (var position = 0; position < text.Length; position++)
            check = Product[check][Permutation[position % 8][text[^(position + 1)] - '0'] - '0'] - '0';
        return check == 0;
    }
}
