using System.Diagnostics;
using System.Globalization;
using Dicom2Fhir.Dicom;
using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.Load;

/// <summary>How many headers does one core read a second, and how much of the files? Times are processor times: others may use the machine.</summary>
static class HeaderReading
{
    // Long enough for the JIT's second tier and for a clock of 10 ms.
    static readonly TimeSpan Warm = TimeSpan.FromSeconds(4), Measured = TimeSpan.FromSeconds(8);

    /// <summary>Prints tab-separated lines: what, files per processor second, bytes read a file.</summary>
    public static int Run(string folder)
    {
        var files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToArray();
        Measure("reader, tag table's read set", files, (stream, token) => Part10Reader.Read(stream, TagMap.ReadSet, Limits.Default, token));
        Measure("reader, with attributes taken", files, (stream, token) => TagMap.Extract(Part10Reader.Read(stream, TagMap.ReadSet, Limits.Default, token).DataSet));
        Measure("reader, every element", files, (stream, token) => Part10Reader.Read(stream, ReadSet.All, Limits.Default, token));
        return 0;
    }

    static void Measure(string what, string[] files, Func<Stream, CancellationToken, object> read)
    {
        Pass(files, read, Warm);
        var (count, seconds, bytes) = Pass(files, read, Measured);
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}\t{count / seconds:0}\t{bytes / count}"));
    }

    static (long Count, double Seconds, long Bytes) Pass(string[] files, Func<Stream, CancellationToken, object> read, TimeSpan atLeast)
    {
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        var started = Stopwatch.GetTimestamp();
        long count = 0, bytes = 0;
        while (Stopwatch.GetElapsedTime(started) < atLeast)
        {
            foreach (var file in files)
            {
                using CountingStream stream = new(file);
                try
                {
                    read(stream, CancellationToken.None);
                }
                catch (DicomFormatException)
                {
                    // counts as read: saying why there is no header is work too
                }

                count++;
                bytes += stream.Delivered;
            }
        }

        process.Refresh();
        return (count, (process.TotalProcessorTime - before).TotalSeconds, bytes);
    }

    sealed class CountingStream(string path)
        : FileStream(path, new FileStreamOptions { Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 })
    {
        public long Delivered { get; private set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = base.Read(buffer, offset, count);
            Delivered += read;
            return read;
        }
    }
}
