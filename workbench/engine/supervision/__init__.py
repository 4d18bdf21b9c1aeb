"""What a student learns from: samples, teachers' answers, feature maps, losses."""
