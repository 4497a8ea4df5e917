using System.Globalization;

namespace Dicom2Fhir.Store.Search;

/// <summary>
/// The place of a number in the index, at three resolutions: its first, first two and first three significant digits. Codes have the order of the numbers.
/// At three digits a bucket has three cells: the point (123), what lies between it and the middle (over 123 and under 123.5), and from the middle on (123.5
/// to under 124), so that the edges of "about 123" (R4 search 3.1.1.4.6) are edges of cells. A number of at most three digits is told by its cell alone.
/// </summary>
/// <param name="Code">
/// n, o or p (negative, zero, positive), two digits of exponent, three digits, and a, b or c for the cell. Of negative numbers every character is turned
/// round.
/// </param>
readonly record struct NumberCell(string Code)
{
    /// <summary>Behind every code that begins with the same characters.</summary>
    public const string Behind = "~";

    const int Bias = 50;
    const string Zero = "o00000a";

    public string OneDigit => Code[..4];

    public string TwoDigits => Code[..5];

    /// <summary>The cell holds one number.</summary>
    public bool IsPoint => Magnitude[^1] == 'a';

    /// <summary>The number of a point; of another cell the end of its bucket that is nearer to zero, which is not in the cell.</summary>
    public decimal Point
    {
        get
        {
            if (Code == Zero) return 0;
            var number = Power(decimal.Parse(Magnitude.AsSpan(3, 3), CultureInfo.InvariantCulture), Exponent);
            return IsNegative ? -number : number;
        }
    }

    /// <summary>Distance of the points around a cell that is none.</summary>
    public decimal Width => Power(1, Exponent);

    public static NumberCell Of(decimal number)
    {
        if (number == 0) return new NumberCell(Zero);
        Span<char> text = stackalloc char[32];
        Math.Abs(number).TryFormat(text, out var length, provider: CultureInfo.InvariantCulture);
        text = text[..length];
        var first = text.IndexOfAnyExcept('0', '.');
        var point = text.IndexOf('.') is var at and >= 0 ? at : length;
        var exponent = point - first - (first < point ? 1 : 0);
        Span<char> digits = ['0', '0', '0', '0'];
        var found = 0;
        var isLonger = false;
        foreach (var letter in text[first..])
        {
            if (letter == '.') continue;
            if (found < digits.Length) digits[found++] = letter;
            else isLonger |= letter != '0';
        }

        var cell = digits[3] >= '5' ? 'c' : digits[3] > '0' || isLonger ? 'b' : 'a';
        var code = string.Create(CultureInfo.InvariantCulture, $"p{exponent + Bias:00}{digits[..3]}{cell}");
        return new NumberCell(number < 0 ? Turn(code) : code);
    }

    /// <summary>A number of the cell is its least: none is smaller.</summary>
    public bool IsLeast(decimal number) => IsPoint || (!IsNegative && IsMiddle(number));

    /// <summary>A number of the cell is its greatest.</summary>
    public bool IsGreatest(decimal number) => IsPoint || (IsNegative && IsMiddle(number));

    /// <summary>What a code of one, two or three digits stands for: "120", "119..119.5", "100..200".</summary>
    public static string Words(string code)
    {
        if (code[0] == 'o') return "0";
        var magnitude = code[0] == 'n' ? Turn(code) : code;
        var digits = magnitude.AsSpan(3).TrimEnd("abc");
        var first = decimal.Parse(digits, CultureInfo.InvariantCulture);
        var (low, high) = magnitude[^1] switch { 'a' => (first, first), 'b' => (first, first + 0.5m), 'c' => (first + 0.5m, first + 1), _ => (first, first + 1) };
        var exponent = int.Parse(magnitude.AsSpan(1, 2), CultureInfo.InvariantCulture) - Bias - digits.Length + 1;
        return (low == high, code[0] == 'n') switch
        {
            (true, false) => Scaled(low),
            (true, true) => Scaled(-low),
            (false, false) => $"{Scaled(low)}..{Scaled(high)}",
            _ => $"{Scaled(-high)}..{Scaled(-low)}",
        };

        string Scaled(decimal number) => Power(number, exponent).ToString("0.############################", CultureInfo.InvariantCulture);
    }

    bool IsNegative => Code[0] == 'n';

    string Magnitude => IsNegative ? Turn(Code) : Code;

    // Of the third digit.
    int Exponent => int.Parse(Magnitude.AsSpan(1, 2), CultureInfo.InvariantCulture) - Bias - 2;

    bool IsMiddle(decimal number) => Magnitude[^1] == 'c' && Math.Abs(number - Point) * 2 == Width;

    static decimal Power(decimal number, int exponent) =>
        decimal.Parse(string.Create(CultureInfo.InvariantCulture, $"{number}E{exponent}"), NumberStyles.Float, CultureInfo.InvariantCulture);

    static string Turn(string code) => string.Create(code.Length, code, static (turned, code) =>
    {
        for (var i = 0; i < code.Length; i++)
        {
            turned[i] = code[i] switch
            {
                'p' => 'n',
                'n' => 'p',
                >= 'a' and <= 'c' => (char)('a' + 'c' - code[i]),
                _ => (char)('0' + '9' - code[i]),
            };
        }
    });
}
