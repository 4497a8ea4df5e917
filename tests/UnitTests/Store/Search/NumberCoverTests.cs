using Dicom2Fhir.Store.Search;

namespace Dicom2Fhir.UnitTests.Store.Search;

/// <summary>Cells and rows together answer every comparison as the numbers themselves do.</summary>
public sealed class NumberCoverTests
{
    static readonly Prefix[] All = Enum.GetValues<Prefix>();

    [Theory]
    [InlineData("0", "o00000a", true)]
    [InlineData("120", "p52120a", true)]
    [InlineData("120.000", "p52120a", true)]
    [InlineData("119.4", "p52119b", false)]
    [InlineData("119.5", "p52119c", false)]
    [InlineData("0.00054", "p46540a", true)]
    [InlineData("1", "p50100a", true)]
    [InlineData("-3", "n49699c", true)]
    [InlineData("-119.5", "n47880a", false)]
    [InlineData("0.0000000000000000000000000001", "p22100a", true)]
    [InlineData("79228162514264337593543950335", "p78792b", false)]
    public void A_number_has_one_cell(string number, string code, bool isPoint)
    {
        var cell = NumberCell.Of(Decimal(number));

        Assert.Equal(code, cell.Code);
        Assert.Equal(isPoint, cell.IsPoint);
        if (isPoint) Assert.Equal(Decimal(number), cell.Point);
    }

    [Theory]
    [InlineData("p52120a", "120")]
    [InlineData("p52119b", "119..119.5")]
    [InlineData("p52119c", "119.5..120")]
    [InlineData("p5212", "120..130")]
    [InlineData("p521", "100..200")]
    [InlineData("p46540a", "0.00054")]
    [InlineData("n49699c", "-3")]
    [InlineData("n47880a", "-120..-119.5")]
    [InlineData("o000", "0")]
    public void A_code_reads_as_numbers(string code, string words) => Assert.Equal(words, NumberCell.Words(code));

    [Fact]
    public void Codes_have_the_order_of_the_numbers()
    {
        var random = new Random(1);
        var numbers = Enumerable.Range(0, 20_000).Select(_ => Number(random)).Order().ToList();
        foreach (var (left, right) in numbers.Zip(numbers.Skip(1)))
        {
            Assert.True(string.CompareOrdinal(NumberCell.Of(left).Code, NumberCell.Of(right).Code) <= 0, $"{left} {right}");
        }
    }

    [Fact]
    public void Every_comparison_finds_what_it_means_and_nothing_else()
    {
        var random = new Random(2);
        var wide = 0;
        for (var i = 0; i < 100_000; i++)
        {
            var value = NumberValue.Parse($"{All[random.Next(All.Length)]}".ToLowerInvariant() + Number(random).ToString(System.Globalization.CultureInfo.InvariantCulture))!;
            var covers = NumberInterval.Of(value).Select(NumberCover.Of).ToList();
            for (var j = 0; j < 4; j++)
            {
                var number = j == 0 ? value.Number : j == 1 ? Near(random, value) : Number(random);
                Assert.True(covers.Any(cover => Finds(cover, number)) == Matches(value, number), $"{value.Text} and {number}");
            }

            wide = Math.Max(wide, covers.Sum(cover => cover.Ranges.Count));
            Assert.All(covers, cover => Assert.InRange(cover.Parts.Count, 0, 2));
        }

        Assert.InRange(wide, 5, 6);
    }

    // As the index has it: three terms, and a row when they do not tell the number.
    static bool Finds(NumberCover cover, decimal number)
    {
        var cell = NumberCell.Of(number);
        return cover.Ranges.Any(range => Lies(range.Digits switch { '1' => cell.OneDigit, '2' => cell.TwoDigits, _ => cell.Code }, range))
            || (!cell.IsPoint && cover.Parts.Any(part => Lies(number, part)));
    }

    static bool Lies(string code, CellRange range) => string.CompareOrdinal(code, range.Low) >= 0 && string.CompareOrdinal(code, range.High) < 0;

    static bool Lies(decimal number, NumberInterval part) =>
        (part.Low is null || (part.WithLow ? number >= part.Low : number > part.Low)) && (part.High is null || (part.WithHigh ? number <= part.High : number < part.High));

    static bool Matches(NumberValue value, decimal number) => value.Prefix switch
    {
        Prefix.Eq => number >= value.Low && number < value.High,
        Prefix.Ne => number < value.Low || number >= value.High,
        Prefix.Gt or Prefix.Sa => number > value.Number,
        Prefix.Lt or Prefix.Eb => number < value.Number,
        Prefix.Ge => number >= value.Number,
        Prefix.Le => number <= value.Number,
        _ => number >= value.Low && number <= value.High,
    };

    // Few digits and sizes: edges, points and middles meet often.
    static decimal Number(Random random)
    {
        var number = random.Next(10 * (int)Math.Pow(10, random.Next(5)));
        var scaled = number * (decimal)Math.Pow(10, random.Next(-6, 4));
        return random.Next(4) == 0 ? -scaled : scaled;
    }

    static decimal Near(Random random, NumberValue value) => random.Next(6) switch
    {
        0 => value.Low,
        1 => value.High,
        2 => value.Low - 0.0001m,
        3 => value.High + 0.0001m,
        4 => (value.Low + value.Number) / 2,
        _ => value.Number + random.Next(-20, 20),
    };

    static decimal Decimal(string text) => decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
