using System.Globalization;
using Dicom2Fhir.Dicom;

namespace Dicom2Fhir.UnitTests.Dicom;

/// <summary>Seeded mutants of the corpus: the readers answer or throw <see cref="DicomFormatException"/>, nothing else.</summary>
public sealed class MutationTests
{
    const int FirstBytes = 12 * 1024;

    [Fact]
    public void Mutants_of_the_corpus_are_read_or_refused()
    {
        var mutants = int.Parse(Environment.GetEnvironmentVariable("DICOM2FHIR_FUZZ_MUTANTS") ?? "3000", CultureInfo.InvariantCulture);
        var originals = CorpusTests.Rows().Select(CorpusTests.PathOf).Select(Beginning).Where(bytes => bytes.Length > 0).ToArray();
        Random random = new(20240131);
        var read = 0;
        for (var i = 0; i < mutants; i++)
        {
            var mutant = Mutate(originals[random.Next(originals.Length)], random);
            read += Survives(mutant, i) ? 1 : 0;
        }

        Assert.InRange(read, mutants / 4, mutants);
    }

    static bool Survives(byte[] mutant, int number)
    {
        try
        {
            using MemoryStream stream = new(mutant);
            return Part10Reader.Read(stream, ReadSet.All, Limits.Default, TestContext.Current.CancellationToken).HeaderBytes <= long.MaxValue;
        }
        catch (DicomFormatException)
        {
            return false;
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"mutant {number}: {Convert.ToBase64String(mutant)}", exception);
        }
    }

    static byte[] Beginning(string path)
    {
        using var stream = File.OpenRead(path);
        var bytes = new byte[Math.Min(FirstBytes, stream.Length)];
        stream.ReadExactly(bytes);
        return bytes;
    }

    internal static byte[] Mutate(byte[] original, Random random)
    {
        var bytes = original.ToArray();
        for (var change = random.Next(1, 8); change > 0; change--)
        {
            var at = random.Next(bytes.Length);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes = bytes[..Math.Max(1, at)];
                    break;
                case 3:
                    bytes.AsSpan(at, Math.Min(4, bytes.Length - at)).Fill(0xFF);
                    break;
                case 4:
                    var length = Math.Min(random.Next(64), bytes.Length - at);
                    bytes = [.. bytes[..at], .. bytes.AsSpan(at, length), .. bytes[at..]];
                    break;
                default:
                    bytes = [.. bytes[..at], 0xFE, 0xFF, 0x00, 0xE0, 0xFF, 0xFF, 0xFF, 0xFF, .. bytes[at..]];
                    break;
            }
        }

        return bytes;
    }
}
