using Dicom2Fhir.Indexer;
using Dicom2Fhir.Indexer.Pseudonyms;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dicom2Fhir.UnitTests.Indexer.Pseudonyms;

public sealed class PseudonymFileTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("d2f-psn-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("4711,psn-1", "4711=psn-1", "one line")]
    [InlineData("original,pseudonym\n4711,psn-1\n", "4711=psn-1", "a header")]
    [InlineData("Original;Pseudonym\r\n4711;psn-1\r\n", "4711=psn-1", "semicolons and the line ends of a spreadsheet")]
    [InlineData("\"47,11\",psn-1\n\"a\"\"b\",psn-2", "47,11=psn-1 a\"b=psn-2", "quotes")]
    [InlineData(" 4711 , psn-1 \n\n", "4711=psn-1", "blanks and empty lines")]
    [InlineData("4711,psn-1\n4711,psn-1", "4711=psn-1", "the same pair twice")]
    [InlineData("#1,psn-1", "#1=psn-1", "no comments: a Patient ID may begin with anything")]
    [InlineData("", "", "nothing")]
    public void Reads(string text, string expected, string reason)
    {
        var file = PseudonymFile.Read(new StringReader(text));
        Assert.Empty(file.Problems);
        Assert.True(expected == string.Join(' ', file.Pseudonyms.Select(pair => $"{pair.Key}={pair.Value}")), reason);
    }

    [Theory]
    [InlineData("4711", "line 1: 1 fields, not original and pseudonym")]
    [InlineData("a,psn\n4711,psn-1,x", "line 2: 3 fields, not original and pseudonym")]
    [InlineData("4711,", "line 1: no pseudonym")]
    [InlineData(",psn", "line 1: no original")]
    [InlineData("4711,psn 1", "line 1: the pseudonym is no FHIR id (letters, digits, '-' and '.')")]
    [InlineData("4711,4711", "line 1: the pseudonym is the Patient ID itself")]
    [InlineData("a,psn-1\n\nb,psn-2\na,psn-3", "line 4: the original of line 1 has another pseudonym")]
    [InlineData("a,psn-1\nb,PSN-1", "line 2: the pseudonym of line 1 is given to another original")]
    [InlineData("\"a,psn-1", "line 1: a quote is not closed or stands in the middle")]
    [InlineData("\"a\"b,psn-1", "line 1: a quote is not closed or stands in the middle")]
    public void Says_what_is_wrong_in_which_line_and_quotes_no_value(string text, string problem) =>
        Assert.Equal([problem], PseudonymFile.Read(new StringReader(text)).Problems);

    [Fact]
    public void Stops_at_ten_problems() =>
        Assert.Equal(10, PseudonymFile.Read(new StringReader(string.Join('\n', Enumerable.Range(0, 1000)))).Problems.Count);

    [Fact]
    public async Task A_changed_file_is_read_again_and_a_broken_one_leaves_the_old_in_use()
    {
        var path = Write("a,psn-a");
        var service = FilePseudonyms.Open(path, NullLogger.Instance);
        Assert.Equal(["psn-a", null], await AskAsync());

        Write("a,psn-a\nb,psn-b");
        Assert.Equal(["psn-a", "psn-b"], await AskAsync());

        Write("a,psn-a\nb,psn-b\nc");
        Assert.Equal(["psn-a", "psn-b"], await AskAsync());

        File.Delete(path);
        Assert.Equal(["psn-a", "psn-b"], await AskAsync());

        Write("a,psn-a\nb,psn-b2\nc,psn-c");
        Assert.Equal(["psn-a", "psn-b2"], await AskAsync());

        async Task<IEnumerable<string?>> AskAsync() => (await Patients.AskAsync(service, "a", "b")).Select(answer => answer.Pseudonym);
    }

    [Theory]
    [InlineData("a,psn-a\nb", "line 2: 1 fields, not original and pseudonym")]
    [InlineData(null, "it cannot be read")]
    [InlineData("\uFFFF", "it is not UTF-8")]
    public void A_file_that_is_wrong_at_start_is_refused(string? text, string problem)
    {
        var path = Path.Combine(folder, "psn.csv");
        if (text == "\uFFFF") File.WriteAllBytes(path, [0x4D, 0xFC, 0x2C, 0x31]);
        else if (text is not null) File.WriteAllText(path, text);
        Assert.Equal($"Pseudonyms__File {path}: {problem}.", Assert.Throws<SettingException>(() => FilePseudonyms.Open(path, NullLogger.Instance)).Message);
    }

    string Write(string text)
    {
        var path = Path.Combine(folder, "psn.csv");
        File.WriteAllText(path, text);
        return path;
    }
}
